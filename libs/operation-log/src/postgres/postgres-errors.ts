import { causesOf, ExpectedError, isUntrustedCertificate } from '@virtualchain/kernel';
import { isMissing, isPassing, isRefusal } from '@virtualchain/postgres';
import { BrokerRefused, BrokerUnavailable, TopicMissing } from '../errors.ts';

const LOGIN_HELP = "correct user, password and database of the log's URL";
const CERTIFICATE_HELP = "correct host, sslmode and sslrootcert of the log's URL";
const RIGHTS_HELP = 'give the user the rights on the schema vchain_log (to make it, CREATE on the database)';

/** In the place of the broker, in words. */
const KEEPER = "the log's database";

const LOGIN = new Set(['28000', '28P01', '3D000']);
const NO_RIGHT = '42501';

/** Turns what `pg` throws into a foreseen failure; bugs, refused statements among them, pass as they are. */
export function foreseen(topic: string, _offset: bigint, error: unknown): unknown {
  if (error instanceof ExpectedError) return error;
  if (isMissing(error)) return new TopicMissing(topic);
  if (isRefusal(error)) return new BrokerRefused(topic, error, helpFor(error));
  return isPassing(error) ? new BrokerUnavailable(topic, error, KEEPER) : error;
}

function helpFor(error: unknown): string | undefined {
  const codes = causesOf(error).map(({ code }) => code);
  if (codes.includes(NO_RIGHT)) return RIGHTS_HELP;
  if (codes.some(isUntrustedCertificate)) return CERTIFICATE_HELP;
  return codes.some((code) => LOGIN.has(String(code))) ? LOGIN_HELP : undefined;
}
