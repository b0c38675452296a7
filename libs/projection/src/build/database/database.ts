import { setTimeout as pause } from 'node:timers/promises';
import { type EntitySchema, MikroORM, type Options } from '@mikro-orm/postgresql';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { DatabaseRefused, DatabaseUnavailable } from '../../errors.ts';
import {
  CLOSE_LIMIT_MS,
  CONNECT_TIMEOUT_MS,
  IDENTIFIER_BYTES_MAX,
  KEEP_ALIVE_DELAY_MS,
  POOL_CONNECTIONS_MAX,
  STATEMENT_TIMEOUT_MS,
} from '../../limits.ts';
import { isPassing, isRefusal } from './driver-errors.ts';
import { postgresAddress } from './postgres-url.ts';
import { sessionSetter } from './session.ts';

/** MikroORM's Kysely, of the pool or of one transaction. Tables are named where they are used: `on(build, table)`. */
export type Db = Kysely<Record<never, never>>;

/** Opens MikroORM over one schema. */
export function openOrm(postgresUrl: string, schema: string, entities: readonly EntitySchema[]): Promise<MikroORM> {
  const purpose = { name: schema, connectionsMax: POOL_CONNECTIONS_MAX, statementTimeoutMs: STATEMENT_TIMEOUT_MS };
  return connectOrm(postgresUrl, purpose, { entities: [...entities], schema, forceUtcTimezone: true });
}

/**
 * Connects as the URL says, with sessions of ours. MikroORM would lose the URL's query, and with it what it says of TLS:
 * it is given the parts.
 *
 * @throws PostgresUrlInvalid
 */
export async function connectOrm(
  postgresUrl: string,
  purpose: { readonly name: string; readonly connectionsMax: number; readonly statementTimeoutMs: number },
  options: Options,
): Promise<MikroORM> {
  const { name, connectionsMax, statementTimeoutMs } = purpose;
  const address = postgresAddress(postgresUrl);
  // Not `init`, which looks for extensions that nobody named and loads them.
  return new MikroORM({
    ...options,
    clientUrl: `postgres://below/${encodeURIComponent(address.database ?? '')}`,
    pool: { min: 0, max: connectionsMax },
    discovery: { warnWhenNoEntities: false },
    driverOptions: {
      ...address,
      // What is left out `pg` chooses, and what is empty too; MikroORM would take undefined for its own choice.
      host: address.host ?? '',
      port: address.port ?? 0,
      user: address.user ?? '',
      password: address.password ?? '',
      database: address.database ?? '',
      application_name: address.application_name ?? `virtualchain ${name}`.slice(0, IDENTIFIER_BYTES_MAX),
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
      connectionTimeoutMillis: address.connectionTimeoutMillis ?? CONNECT_TIMEOUT_MS,
      statement_timeout: statementTimeoutMs,
      verify: sessionSetter(statementTimeoutMs),
    },
  });
}

export function dbOf(orm: MikroORM): Db {
  return orm.em.fork().getKysely<Record<never, never>>();
}

/**
 * Runs `work` in one transaction; failures that may pass come out as `DatabaseUnavailable`. Kysely's own transaction, which
 * gives its connection back in any case: MikroORM's keeps one that died, and closing the pool would wait for it for ever.
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

/** Gives the connections back. One that died within a migration never comes back, and is not waited for. */
export async function closeOrm(orm: MikroORM): Promise<void> {
  await Promise.race([orm.close(true), pause(CLOSE_LIMIT_MS, undefined, { ref: false })]);
}

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
