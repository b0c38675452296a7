import { setTimeout as pause } from 'node:timers/promises';
import { type EntityManager, type EntitySchema, MikroORM, type Options } from '@mikro-orm/postgresql';
import { type Kysely, sql } from 'kysely';
import { DatabaseRefused, DatabaseUnavailable, isPassing, isRefusal } from '../errors.ts';
import {
  CLOSE_LIMIT_MS,
  CONNECT_TIMEOUT_MS,
  IDENTIFIER_BYTES_MAX,
  KEEP_ALIVE_DELAY_MS,
  POOL_CONNECTIONS_MAX,
  SMALL_VALUE_BYTES,
  STATEMENT_BYTES_MAX,
  STATEMENT_TIMEOUT_MS,
} from '../limits.ts';
import { postgresAddress } from './postgres-url.ts';
import { sessionSetter } from './session.ts';

/** The transaction's Kysely: bulk statements and typed arrays, in the same transaction as MikroORM's. */
export type Db = Kysely<Record<string, Record<string, unknown>>>;

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
  return MikroORM.init({
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

export function dbOf(em: EntityManager): Db {
  return em.getKysely() as unknown as Db;
}

/**
 * Runs `work` in one transaction; failures that may pass come out as `DatabaseUnavailable`. Kysely's own transaction, which
 * gives its connection back in any case: MikroORM's keeps one that died, and closing the pool would wait for it for ever.
 */
export function inTransaction<Result>(orm: MikroORM, work: (db: Db) => Promise<Result>): Promise<Result> {
  return orDatabaseError(() => dbOf(orm.em.fork()).transaction().setIsolationLevel('read committed').execute(work));
}

/** Reads one state of the database, whatever is committed meanwhile. */
export function inSnapshot<Result>(orm: MikroORM, work: (db: Db) => Promise<Result>): Promise<Result> {
  return orDatabaseError(() =>
    dbOf(orm.em.fork()).transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work),
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
    if (error instanceof DatabaseUnavailable || error instanceof DatabaseRefused) throw error; // said already
    if (isPassing(error)) throw new DatabaseUnavailable(error);
    throw isRefusal(error) ? new DatabaseRefused(error) : error;
  }
}

/** One column of a bulk insert: its name, the type of the array that carries it, and a value a row. */
export interface BulkColumn {
  readonly name: string;
  readonly arrayType: string;
  readonly values: readonly unknown[];
  /** Cast from the array's element to the column, where they differ. */
  readonly cast?: string;
}

/**
 * `INSERT … SELECT FROM unnest`: many rows in one statement with one parameter a column; as many statements as keep a
 * parameter below what Node makes of a string and Postgres takes in a message. A block of strangers may hold 100 MB.
 */
export async function bulkInsert(
  db: Db,
  schema: string,
  table: string,
  columns: readonly BulkColumn[],
  bytesMax = STATEMENT_BYTES_MAX,
): Promise<void> {
  const names = sql.join(columns.map(({ name }) => sql.ref(name)));
  const selected = sql.join(
    columns.map(({ name, cast }) =>
      cast === undefined ? sql.ref(`x.${name}`) : sql`${sql.ref(`x.${name}`)}::${sql.raw(cast)}`,
    ),
  );
  for (const some of portions(columns, bytesMax)) {
    await sql`insert into ${sql.table(`${schema}.${table}`)} (${names}) select ${selected} from ${unnest(some)} as x(${names})`.execute(
      db,
    );
  }
}

/** The rows of the columns, in order, in portions of about so many bytes; a row that is larger goes alone. */
function* portions(columns: readonly BulkColumn[], bytesMax: number): Generator<readonly BulkColumn[]> {
  const rows = columns[0]?.values.length ?? 0;
  let from = 0;
  let bytes = 0;
  for (let row = 0; row < rows; row++) {
    const size = columns.reduce((sum, { values }) => sum + sentBytes(values[row]), 0);
    if (row > from && bytes + size > bytesMax) {
      yield slices(columns, from, row);
      from = row;
      bytes = 0;
    }
    bytes += size;
  }
  if (rows > 0) yield slices(columns, from, rows);
}

function slices(columns: readonly BulkColumn[], from: number, to: number): readonly BulkColumn[] {
  return from === 0 && to === columns[0]?.values.length
    ? columns
    : columns.map((column) => ({ ...column, values: column.values.slice(from, to) }));
}

/** About what a value takes in an array parameter: bytes go as hex. */
function sentBytes(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return value instanceof Uint8Array ? 2 * value.length : SMALL_VALUE_BYTES;
}

/** Columns as one `unnest` of typed array parameters. */
export function unnest(columns: readonly BulkColumn[]) {
  return sql`unnest(${sql.join(columns.map(({ arrayType, values }) => sql`${values}::${sql.raw(arrayType)}`))})`;
}
