import { ExpectedError } from '@virtualchain/kernel';
import { isContended, isMissing, isPassing, isRefusal, refusalHelp } from '@virtualchain/postgres';
import { BrokerRefused, BrokerUnavailable, TopicMissing } from '../errors.ts';

const RIGHTS_HELP = 'give the user the rights on the schema vchain_log (to make it, CREATE on the database)';

/** In the place of the broker, in words. */
export const KEEPER = "the log's database";

/** Turns what `pg` throws into a foreseen failure; bugs, refused statements among them, pass as they are. */
export function foreseen(topic: string, _offset: bigint, error: unknown): unknown {
  if (error instanceof ExpectedError) return error;
  if (isMissing(error)) return new TopicMissing(topic);
  if (isRefusal(error)) return new BrokerRefused(topic, error, refusalHelp(error, RIGHTS_HELP));
  // Contended: somebody else makes the tables, or gives them away.
  return isPassing(error) || isContended(error) ? new BrokerUnavailable(topic, error, KEEPER) : error;
}
