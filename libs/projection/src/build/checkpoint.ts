import type { BlockHash, Height } from '@virtualchain/bitcoin';
import { causesOf } from '@virtualchain/kernel';
import type { Cursor } from '@virtualchain/operation-log';
import { type RawBuilder, sql } from 'kysely';
import { CheckpointMoved } from '../errors.ts';
import { IDLE_IN_TRANSACTION_MS } from '../limits.ts';
import type { Checkpoint, Fault, ProjectionStatus } from '../port.ts';
import { type BuildTables, nameOf, on } from './build.ts';
import { type Db, inTransactionFrom } from './database/database.ts';
import { column, defineTable, type RowOf } from './table.ts';

/** Where a build stands, in one row. */
export const Checkpoints = defineTable('checkpoint', {
  id: column.smallint().primary(),
  log: column.text().nullable(),
  epoch: column.integer(),
  writer: column.text(),
  sequence: column.bigint(),
  log_offset: column.bigint(),
  height: column.integer().nullable(),
  hash: column.text().as<BlockHash>().nullable(),
  /** The identity of the feed: positions of one say nothing of another. */
  feed: column.text(),
  feed_position: column.bigint(),
  status: column.text().as<ProjectionStatus>(),
  fault: column.json<Fault>().nullable(),
  updated_at: column.timestamp(),
});

const ID = 1;

export async function readCheckpoint(build: BuildTables): Promise<Checkpoint> {
  const row = await on(build, Checkpoints).selectFrom('checkpoint').selectAll().executeTakeFirst();
  if (row === undefined) throw new Error(`${build.schema}: the checkpoint row is gone`);
  return {
    cursor: cursorOf(row),
    feedPosition: Number(row.feed_position),
    status: row.status,
    fault: row.fault,
  };
}

function cursorOf(row: RowOf<typeof Checkpoints>): Cursor | null {
  if (row.log === null) return null;
  return {
    log: row.log,
    epoch: row.epoch,
    writer: row.writer,
    sequence: Number(row.sequence),
    offset: BigInt(row.log_offset),
    height: row.height as Height | null,
    hash: row.hash,
  };
}

function cursorColumns(cursor: Cursor | null) {
  return {
    log: cursor?.log ?? null,
    epoch: cursor?.epoch ?? 0,
    writer: cursor?.writer ?? '',
    sequence: String(cursor?.sequence ?? 0),
    log_offset: String(cursor?.offset ?? -1),
    height: cursor?.height ?? null,
    hash: cursor?.hash ?? null,
  };
}

/** Makes the row of a new build, which stands at `cursor`: null is before the first record. */
export async function insertCheckpoint(build: BuildTables, cursor: Cursor | null): Promise<void> {
  const feed = sql<string>`replace(gen_random_uuid()::text, '-', '')`;
  const standing = { feed, feed_position: '0', status: 'running', fault: null, updated_at: sql<Date>`now()` } as const;
  await on(build, Checkpoints)
    .insertInto('checkpoint')
    .values({ id: ID, ...cursorColumns(cursor), ...standing })
    .execute();
}

/** Holds the checkpoint until the transaction ends: nobody moves it meanwhile. */
export async function lockCheckpoint(build: BuildTables): Promise<void> {
  await sql`select 1 from ${nameOf(build, Checkpoints)} for update`.execute(build.db);
}

/** How far a batch goes: where it leaves the log, and the feed. */
export interface Move {
  readonly from: Checkpoint;
  readonly to: Cursor;
  readonly feedPosition: number;
}

/**
 * Does `work` in a transaction whose first statement moves the checkpoint by compare-and-set. It takes the row's lock, so
 * that a second projector waits for our commit and then finds another sequence. A process that is frozen meanwhile keeps the
 * lock for `idleMs` at most: then Postgres ends its session.
 *
 * @throws CheckpointMoved, and what `work` throws; nothing is written then.
 */
export async function inMoved<Result>(
  build: BuildTables,
  move: Move,
  work: (db: Db) => Promise<Result>,
  idleMs: number = IDLE_IN_TRANSACTION_MS,
): Promise<Result> {
  try {
    return await inTransactionFrom(build.db, moveStatement(build, move, idleMs), work);
  } catch (error) {
    if (isElsewhere(error)) throw new CheckpointMoved(build.schema, move.from.cursor?.sequence ?? 0);
    throw error;
  }
}

/** Every value is a literal. Where the row stands elsewhere, or is gone, the statement fails: nothing can be divided by none. */
function moveStatement(build: BuildTables, { from, to, feedPosition }: Move, idleMs: number): RawBuilder<unknown> {
  const moved: Partial<RowOf<typeof Checkpoints>> = {
    ...cursorColumns(to),
    feed_position: String(feedPosition),
    status: 'running',
    fault: null,
  };
  const set = sql.join(Object.entries(moved).map(([name, value]) => sql`${sql.ref(name)} = ${sql.lit(value)}`));
  const stands = standsAt(from);
  return sql`with moved as (
      update ${nameOf(build, Checkpoints)} set ${set}, updated_at = now()
      where id = ${sql.lit(ID)} and ${stands}
        and set_config('idle_in_transaction_session_timeout', ${sql.lit(String(idleMs))}, true) is not null
      returning 1)
    select 1 / count(*) from moved`;
}

const DIVISION_BY_ZERO = '22012';

/** No other statement of ours divides. */
function isElsewhere(error: unknown): boolean {
  return causesOf(error)[0]?.['code'] === DIVISION_BY_ZERO;
}

/**
 * Says that the projection stopped, and why, or with null that it goes on; only if it stands at `from` still, where that
 * is given.
 *
 * @throws CheckpointMoved.
 */
export async function writeFault(build: BuildTables, fault: Fault | null, from?: Checkpoint): Promise<void> {
  const { numUpdatedRows } = await on(build, Checkpoints)
    .updateTable('checkpoint')
    .set({
      status: fault === null ? 'running' : 'faulted',
      fault: fault === null ? null : sql<Fault>`${JSON.stringify(fault)}::jsonb`,
      updated_at: sql<Date>`now()`,
    })
    .where('id', '=', ID)
    .where(from === undefined ? sql<boolean>`true` : standsAt(from))
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) throw new CheckpointMoved(build.schema, from?.cursor?.sequence ?? 0);
}

function standsAt({ cursor, feedPosition }: Checkpoint): RawBuilder<boolean> {
  const at =
    cursor === null
      ? sql`log is null`
      : sql`log = ${sql.lit(cursor.log)} and hash is not distinct from ${sql.lit(cursor.hash)}`;
  return sql`sequence = ${sql.lit(cursor?.sequence ?? 0)} and feed_position = ${sql.lit(feedPosition)} and ${at}`;
}
