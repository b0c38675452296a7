import { connectDatabase, type Db } from '@virtualchain/projection';
import { POOL_CONNECTIONS_MAX, STATEMENT_TIMEOUT_MS } from './limits.ts';
import { SCHEMA } from './schema/tables.ts';

/** The tables of tokens and webhooks over a pool of their own. */
export interface Access extends AsyncDisposable {
  readonly db: Db;
}

/** Opens them. Connects when it is asked, and makes nothing: the database may be away, or have no such tables yet. @throws PostgresUrlInvalid */
export function openAccess(postgresUrl: string): Access {
  const bounds = { connectionsMax: POOL_CONNECTIONS_MAX, statementTimeoutMs: STATEMENT_TIMEOUT_MS };
  const { db, close } = connectDatabase(postgresUrl, { name: SCHEMA, ...bounds });
  return { db, [Symbol.asyncDispose]: close };
}
