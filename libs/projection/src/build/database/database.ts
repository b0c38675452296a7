import { setTimeout as pause } from 'node:timers/promises';
import { connectionSettings, isPassing, isRefusal, type Purpose, sessionSetter } from '@virtualchain/postgres';
import { Kysely, PostgresDialect, type RawBuilder, sql } from 'kysely';
import pg, { type PoolConfig } from 'pg';
import { DatabaseRefused, DatabaseUnavailable } from '../../errors.ts';
import { CLOSE_LIMIT_MS, POOL_CONNECTIONS_MAX, STATEMENT_TIMEOUT_MS } from '../../limits.ts';
import { CopyingClient } from './copying-client.ts';

/** Kysely over a pool, or over one transaction of it. Tables are named where they are used: `on(build, table)`. */
export type Db = Kysely<Record<never, never>>;

/** A pool of connections. */
export interface Database {
  readonly db: Db;
  /** Gives the connections back. One that died within a migration never comes back, and is not waited for. */
  close(): Promise<void>;
}

/** What a pool is for, and how many connections it may have. */
export interface PoolPurpose extends Purpose {
  readonly connectionsMax: number;
}

/** A pool for the tables of one schema. Connects when it is asked. @throws PostgresUrlInvalid */
export function openDatabase(postgresUrl: string, schema: string): Database {
  const bounds = { connectionsMax: POOL_CONNECTIONS_MAX, statementTimeoutMs: STATEMENT_TIMEOUT_MS };
  return connectDatabase(postgresUrl, { name: schema, ...bounds });
}

/** Connects as the URL says, with sessions of ours. @throws PostgresUrlInvalid */
export function connectDatabase(postgresUrl: string, { connectionsMax, ...purpose }: PoolPurpose): Database {
  const pool = new pg.Pool({
    Client: CopyingClient,
    ...connectionSettings(postgresUrl, purpose),
    max: connectionsMax,
    types: rawTimes(),
    verify: sessionSetter(purpose) as unknown as PoolConfig['verify'],
  });
  // The statement under way fails as well, and says so; without a listener the process would end.
  pool.on('connect', (client) => client.on('error', () => undefined));
  pool.on('error', () => undefined);
  const db: Db = new Kysely({ dialect: new PostgresDialect({ pool }) });
  const close = () => Promise.race([db.destroy(), pause(CLOSE_LIMIT_MS, undefined, { ref: false })]);
  return { db, close };
}

/** Dates, times and intervals come as Postgres writes them. */
function rawTimes(): InstanceType<typeof pg.TypeOverrides> {
  const types = new pg.TypeOverrides();
  for (const oid of TIME_TYPES) types.setTypeParser(oid, (text) => text);
  return types;
}

/** date, timestamp, timestamptz, interval. */
const TIME_TYPES = [1082, 1114, 1184, 1186];

/**
 * Runs `work` in one transaction; failures that may pass come out as `DatabaseUnavailable`. The
 * connection is given back in any case.
 */
export function inTransaction<Result>(db: Db, work: (db: Db) => Promise<Result>): Promise<Result> {
  return orDatabaseError(() => db.transaction().setIsolationLevel('read committed').execute(work));
}

/**
 * The same in a transaction that begins with a statement which has no parameters: both are sent in one message, and where
 * the statement fails nothing else is asked.
 */
export function inTransactionFrom<Result>(
  db: Db,
  first: RawBuilder<unknown>,
  work: (db: Db) => Promise<Result>,
): Promise<Result> {
  const { sql: text } = first.compile(db);
  return orDatabaseError(() =>
    db.connection().execute(async (connection) => {
      try {
        await sql.raw(`start transaction isolation level read committed; ${text}`).execute(connection);
        const result = await work(connection);
        await sql`commit`.execute(connection);
        return result;
      } catch (error) {
        await sql`rollback`.execute(connection).catch(() => undefined); // what went wrong first is what counts
        throw error;
      }
    }),
  );
}

/** Reads one state of the database, whatever is committed meanwhile. */
export function inSnapshot<Result>(db: Db, work: (db: Db) => Promise<Result>): Promise<Result> {
  return orDatabaseError(() =>
    db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work),
  );
}

/** Runs `work`; failures of the driver come out by our names: `DatabaseUnavailable`, `DatabaseRefused`. */
export async function orDatabaseError<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw asDatabaseError(error);
  }
}

/** A failure of the driver by our name for it; any other error as it is. */
export function asDatabaseError(error: unknown): unknown {
  if (error instanceof DatabaseUnavailable || error instanceof DatabaseRefused) return error; // said already
  if (isPassing(error)) return new DatabaseUnavailable(error);
  return isRefusal(error) ? new DatabaseRefused(error) : error;
}
