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

/** Wrong user or password, no such database, no right. */
const REFUSAL = new Set(['28000', '28P01', '3D000', '42501']);

/** What Node says when TLS fails in another way than by a certificate that is not trusted, and a server without TLS. */
const TLS_FAILURE = /^ERR_(TLS|SSL)_/;
const NO_TLS = /server does not support SSL connections/;

/** Whether Postgres does not let us in, or not do what is asked: no further try will help. */
export function isRefusal(error: unknown): boolean {
  return causesOf(error).some(
    ({ code, message }) =>
      REFUSAL.has(String(code)) ||
      isUntrustedCertificate(code) ||
      TLS_FAILURE.test(String(code)) ||
      NO_TLS.test(String(message)),
  );
}

/** No such table, view or schema. */
export function isMissing(error: unknown): boolean {
  return ['42P01', '3F000'].includes(String(causesOf(error)[0]?.['code']));
}

/** Says whether an error of the driver may pass; connection errors have no SQLSTATE. */
export function isPassing(error: unknown): boolean {
  return causesOf(error).some(
    ({ code, message }) =>
      (typeof code === 'string' && (RETRY.has(code) || AWAY.has(code))) || LOST_CONNECTION.test(String(message)),
  );
}

const LOST_CONNECTION =
  /connection terminated|timeout exceeded|client has encountered a connection error|ended unexpectedly|not queryable/i;
