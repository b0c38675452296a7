import { CONNECT_TIMEOUT_MS, IDENTIFIER_BYTES_MAX, KEEP_ALIVE_DELAY_MS } from './limits.ts';
import { type PostgresAddress, postgresAddress } from './postgres-url.ts';

/** What a connection is for: its name among the sessions of Postgres, and how long a statement may take; 0 is no limit. */
export interface Purpose {
  readonly name: string;
  readonly statementTimeoutMs: number;
}

/** What a client or a pool of `pg` is made with; what is undefined `pg` chooses. */
export interface ConnectionSettings extends PostgresAddress {
  readonly application_name: string;
  readonly connectionTimeoutMillis: number;
  readonly keepAlive: true;
  readonly keepAliveInitialDelayMillis: number;
  readonly statement_timeout: number;
}

/** Connects as the URL says. Its sessions are set up by `sessionSetter`. @throws PostgresUrlInvalid */
export function connectionSettings(postgresUrl: string, { name, statementTimeoutMs }: Purpose): ConnectionSettings {
  const address = postgresAddress(postgresUrl);
  return {
    ...address,
    application_name: address.application_name ?? `virtualchain ${name}`.slice(0, IDENTIFIER_BYTES_MAX),
    connectionTimeoutMillis: address.connectionTimeoutMillis ?? CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    statement_timeout: statementTimeoutMs,
  };
}
