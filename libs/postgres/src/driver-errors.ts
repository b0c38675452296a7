import { causesOf, isUntrustedCertificate } from '@virtualchain/kernel';

/** What Postgres says of itself when the same statement may succeed later. */
const RETRY = new Set([
  '40001',
  '40P01',
  '53300',
  '53400',
  '57P01',
  '57P02',
  '57P03',
  '08000',
  '08003',
  '08006',
  '25006',
  '25P03', // we stood idle in a transaction for too long: we were frozen
  '25P04',
  '57P05',
  '57014',
  '55P03',
  '53100',
  '53200',
]);

/** What a socket says of a server that is away, or not there yet. Errors of files have codes of the same shape. */
const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'ENOTCONN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_NODATA',
]);

/** Wrong user or password, no such database. */
const LOGIN = new Set(['28000', '28P01', '3D000']);
const NO_RIGHT = '42501';

/** How a server ends the refusal of who came without TLS. It may as well mean that user and database fit no line of its list. */
const CLEAR_TEXT_REFUSED = /, no encryption$/;

/** What Node says when TLS fails in another way than by a certificate that is not trusted, and a server without TLS. */
const TLS_FAILURE = /^ERR_(TLS|SSL)_/;
const NO_TLS = /server does not support SSL connections/;

/** Whether Postgres does not let us in, or not do what is asked: no further try will help. */
export function isRefusal(error: unknown): boolean {
  return causesOf(error).some(
    ({ code, message }) =>
      code === NO_RIGHT ||
      LOGIN.has(String(code)) ||
      isUntrustedCertificate(code) ||
      TLS_FAILURE.test(String(code)) ||
      NO_TLS.test(String(message)),
  );
}

/** What a person corrects after a refusal, in words; what the rights are for is the caller's. */
export function refusalHelp(error: unknown, rights: string): string {
  const causes = causesOf(error);
  if (causes.some(({ code }) => code === NO_RIGHT)) return rights;
  if (causes.some(({ code }) => isUntrustedCertificate(code)))
    return 'correct host, sslmode and sslrootcert of the URL';
  if (causes.some(({ message }) => CLEAR_TEXT_REFUSED.test(String(message)))) {
    return 'add sslmode=verify-full to the URL: the server takes nobody in clear text';
  }
  if (causes.some(({ code }) => LOGIN.has(String(code)))) return 'correct user, password and database of the URL';
  return "turn the server's TLS on, or correct sslmode of the URL";
}

/** No such table, view or schema. */
export function isMissing(error: unknown): boolean {
  return ['42P01', '3F000'].includes(String(causesOf(error)[0]?.['code']));
}

/** Says whether an error of the driver may pass; connection errors have no SQLSTATE. */
export function isPassing(error: unknown): boolean {
  return causesOf(error).some(
    ({ code, message }) =>
      (typeof code === 'string' && (RETRY.has(code) || AWAY.has(code))) ||
      LOST_CONNECTION.test(String(message)) ||
      CATALOGUE_CHANGED.test(String(message)),
  );
}

/**
 * Whether a transaction met another session that holds, or has just changed or made, what it wanted to change or make: another
 * try may go through, or find it made.
 */
export function isContended(error: unknown): boolean {
  return causesOf(error).some(
    ({ code, message, constraint }) =>
      CONTENDED.has(String(code)) ||
      CATALOGUE_CHANGED.test(String(message)) ||
      (code === UNIQUE_VIOLATION && CATALOGUE_KEY.test(String(constraint))),
  );
}

/** Serialisation, deadlock, no lock in time; a schema, table or role of that name that was made meanwhile. */
const CONTENDED = new Set(['40001', '40P01', '55P03', '42P06', '42P07', '42710']);
const UNIQUE_VIOLATION = '23505';
/** No key of ours begins so: the names are those of the catalogue. */
const CATALOGUE_KEY = /^pg_/;

/** What Postgres says, in every language, of a row of its catalogue that two sessions change at once; the SQLSTATE is that of a bug. */
const CATALOGUE_CHANGED = /^tuple concurrently (updated|deleted)$/;

const LOST_CONNECTION =
  /connection terminated|timeout exceeded|client has encountered a connection error|ended unexpectedly|not queryable/i;
