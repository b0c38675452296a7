import { blockHash, height } from '@virtualchain/bitcoin';
import type { Cursor } from '@virtualchain/operation-log';
import { type RawBuilder, sql } from 'kysely';
import { CheckpointMoved } from '../errors.ts';
import { IDLE_IN_TRANSACTION_MS } from '../limits.ts';
import type { Db } from './database.ts';

/** `faulted`: stopped at a fault until it is resumed. */
export type ProjectionStatus = 'running' | 'faulted';

export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly height: number | null;
  readonly txid: string | null;
  readonly sequence: number | null;
}

/** Where a projection stands: in the log (`cursor`, null before the first record), in its feed, and how it fares. */
export interface Checkpoint {
  readonly cursor: Cursor | null;
  readonly feedPosition: number;
  readonly status: ProjectionStatus;
  readonly fault: Fault | null;
}

/** Before the first record of a log. */
export function startOf(log: string): Cursor {
  return { log, epoch: 0, writer: '', sequence: 0, offset: -1n, height: null, hash: null };
}

export async function readCheckpoint(db: Db, schema: string): Promise<Checkpoint> {
  const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(`${schema}.checkpoint`)}`.execute(db);
  const row = rows[0];
  if (row === undefined) throw new Error(`${schema}: the checkpoint row is gone`);
  const log = row['log'] as string | null;
  const cursor: Cursor | null =
    log === null
      ? null
      : {
          log,
          epoch: Number(row['epoch']),
          writer: String(row['writer']),
          sequence: Number(row['sequence']),
          offset: BigInt(String(row['log_offset'])),
          height: row['height'] === null ? null : height(Number(row['height'])),
          hash: row['hash'] === null ? null : blockHash(String(row['hash'])),
        };
  return {
    cursor,
    feedPosition: Number(row['feed_position']),
    status: row['status'] as ProjectionStatus,
    fault: row['fault'] as Fault | null,
  };
}

export async function insertCheckpoint(db: Db, schema: string): Promise<void> {
  await sql`insert into ${sql.table(`${schema}.checkpoint`)}
    (id, log, epoch, writer, sequence, log_offset, height, hash, feed_position, status, fault, updated_at)
    values (1, null, 0, '', 0, -1, null, null, 0, 'running', null, now())`.execute(db);
}

/**
 * Moves the checkpoint by compare-and-set; the first statement of every batch. It takes the row's lock, so that a second
 * projector waits for our commit and then finds another sequence. A process that is frozen meanwhile keeps the lock for
 * `idleMs` at most: then Postgres ends its session.
 *
 * @throws CheckpointMoved.
 */
export async function moveCheckpoint(
  db: Db,
  schema: string,
  from: Checkpoint,
  to: Cursor,
  feedPosition: number,
  idleMs: number = IDLE_IN_TRANSACTION_MS,
): Promise<void> {
  const { numAffectedRows } = await sql`update ${sql.table(`${schema}.checkpoint`)} set
      log = ${to.log}, epoch = ${to.epoch}, writer = ${to.writer}, sequence = ${to.sequence}, log_offset = ${to.offset.toString()},
      height = ${to.height}, hash = ${to.hash}, feed_position = ${feedPosition}, status = 'running', fault = null, updated_at = now()
    where id = 1 and ${standsAt(from)}
      and set_config('idle_in_transaction_session_timeout', ${String(idleMs)}, true) is not null`.execute(db);
  if (numAffectedRows !== 1n) throw new CheckpointMoved(schema, from.cursor?.sequence ?? 0);
}

/**
 * Says that the projection stopped, and why, or with null that it goes on; only if it stands at `from` still, where that
 * is given.
 *
 * @throws CheckpointMoved.
 */
export async function writeFault(db: Db, schema: string, fault: Fault | null, from?: Checkpoint): Promise<void> {
  const { numAffectedRows } = await sql`update ${sql.table(`${schema}.checkpoint`)} set
      status = ${fault === null ? 'running' : 'faulted'}, updated_at = now(),
      fault = ${fault === null ? null : JSON.stringify(fault)}::jsonb
    where id = 1 and ${from === undefined ? sql`true` : standsAt(from)}`.execute(db);
  if (numAffectedRows !== 1n) throw new CheckpointMoved(schema, from?.cursor?.sequence ?? 0);
}

function standsAt({ cursor, feedPosition }: Checkpoint): RawBuilder<unknown> {
  const at = cursor === null ? sql`log is null` : sql`log = ${cursor.log} and hash is not distinct from ${cursor.hash}`;
  return sql`sequence = ${cursor?.sequence ?? 0} and feed_position = ${feedPosition} and ${at}`;
}
