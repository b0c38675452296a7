import type { ConsensusHash, OpsHash } from '@virtualchain/machine';
import { type RawBuilder, sql } from 'kysely';
import { Blocks } from '../blocks.ts';
import { type Build, type BuildTables, nameOf } from '../build.ts';
import { insertRows, writesOf } from '../bulk/bulk-insert.ts';
import type { Write } from '../bulk/write.ts';
import { reasonCode, StoredOperations, txidHex, verdictWord } from '../operations.ts';
import { Records } from '../records.ts';
import type { WrittenBlock } from '../stored.ts';
import { column, defineTable, index, keepAsIs, type RowOf } from '../table.ts';

/** What is kept of a block that was taken back, beside its operations. */
export interface KeptBlock {
  readonly previousHash: string;
  readonly time: number;
  readonly opsHash: OpsHash | null;
  readonly changesHash: string | null;
}

/**
 * What the state went through, retractions included. Append-only: nothing is rolled back here. A block that the machine folded
 * has its opening at its own position, its operations behind it, and its sealing behind these. As long as it is on the
 * branch, what else the feed says of it is in `blocks`, `stored_operations` and `records`; when it is taken back, all that is
 * kept here, and its records in `retracted_records`. Whoever reads by SQL has the view `feed`, one row each.
 */
export const StoredFeed = defineTable(
  'stored_feed',
  {
    position: column.bigint().primary(),
    kind: column.text().as<'connected' | 'disconnected'>(),
    height: column.integer(),
    hash: column.text(),
    consensus_hash: column.text().as<ConsensusHash>().nullable(),
    first_sequence: column.bigint(),
    last_sequence: column.bigint(),
    first_offset: column.bigint(),
    /** How many operations the machine judged; null for a block that it did not fold. */
    operations: column.integer().nullable(),
    /** Which step of the block changed which rows (`changes.ts`); null where nothing changed. */
    changes: column.bytes().nullable(),
    /** Of a block that was taken back: 32 bytes an operation. */
    txids: column.bytes().nullable(),
    /** Of a block that was taken back: the number of each verdict, a digit an operation. Null while it is on the branch. */
    verdicts: column.text().nullable(),
    /** Of a block that was taken back: why operations were rejected or ignored, by their positions in the block. */
    reasons: column.json<Readonly<Record<string, readonly [code: string, detail: string]>>>().nullable(),
    /** Of a block that was taken back. */
    kept: column.json<KeptBlock>().nullable(),
  },
  [
    index('stored_feed', 'height'),
    {
      name: 'stored_feed_disconnected',
      sql: (table) => `create index "stored_feed_disconnected" on ${table} (position) where kind = 'disconnected'`,
    },
    {
      name: 'stored_feed_retracted_hash',
      sql: (table) => `create index "stored_feed_retracted_hash" on ${table} (hash) where verdicts is not null`,
    },
  ],
);

/** The records of blocks that were taken back, in parts as `records` has them, by the position of the block. */
export const RetractedRecords = defineTable('retracted_records', {
  feed_position: column.bigint().primary(),
  first_position: column.integer().primary(),
  content: column.bytes(),
});

export const feedStorage = [
  keepAsIs(StoredFeed, 'txids'),
  keepAsIs(StoredFeed, 'changes'),
  keepAsIs(RetractedRecords, 'content'),
];

/** What the view `feed` selects from the tables. The records of a block's operations follow its own in the log. */
export function feedView(feed: RawBuilder<unknown>, operations: RawBuilder<unknown>): RawBuilder<unknown> {
  const noOperation = sql`null::integer as operation_position, null::text as txid, null::text as verdict, null::text as code`;
  const placed = (i: RawBuilder<unknown>) =>
    sql`b.position + 1 + ${i} as position, 'operation', b.height, b.hash, ${i}`;
  const logged = (i: RawBuilder<unknown>) =>
    sql`null::text, b.first_sequence + 1 + ${i}, b.first_sequence + 1 + ${i}, b.first_offset`;
  const i = sql`i`;
  const position = sql`o.position`;
  return sql`select position, kind, height, hash, ${noOperation}, consensus_hash, first_sequence, last_sequence, first_offset
    from ${feed}
    union all
    select position + 1 + operations, 'sealed', height, hash, ${noOperation}, consensus_hash, first_sequence, last_sequence,
      first_offset from ${feed} where operations is not null
    union all
    select ${placed(position)}, ${txidHex}, ${verdictWord(sql`o.verdict`)}, ${reasonCode}, ${logged(position)}
    from ${feed} b join ${operations} o on o.height = b.height where b.kind = 'connected' and b.verdicts is null
    union all
    select ${placed(i)}, encode(substring(b.txids from 1 + 32 * i for 32), 'hex'),
      ${verdictWord(sql`substring(b.verdicts from 1 + i for 1)::integer`)}, b.reasons -> i::text ->> 0, ${logged(i)}
    from ${feed} b cross join lateral generate_series(0, length(b.verdicts) - 1) i`;
}

type FeedRow = RowOf<typeof StoredFeed>;

/** A block that was taken back, and the record of the log that says so: the one that the log goes on from, where none does. */
export interface RetractedBlock {
  readonly height: number;
  readonly hash: string;
  readonly sequence: number;
  readonly offset: bigint;
}

/** How many positions of the feed a block with so many operations takes; null for one that is not folded. */
export function positionsOf(operations: number | null): number {
  return operations === null ? 1 : operations + 2;
}

/** Connected blocks with their operations, behind `position`, and the position after them. */
export function connectedWrites(
  build: Build,
  blocks: readonly WrittenBlock[],
  position: number,
): { readonly writes: Write[]; readonly position: number } {
  let last = position;
  const rows = blocks.map((block) => {
    const row = connectedRow(block, last + 1);
    last += positionsOf(row.operations);
    return row;
  });
  return { writes: writesOf(build, StoredFeed, rows), position: last };
}

/** Appends blocks that were taken back behind `position`; answers with the position after them. */
export async function appendRetracted(
  build: BuildTables,
  blocks: readonly RetractedBlock[],
  position: number,
): Promise<number> {
  const rows = blocks.map((block, i) => retractedRow(block, position + i + 1));
  await insertRows(build, StoredFeed, rows);
  return position + rows.length;
}

function connectedRow({ change, folded }: WrittenBlock, position: number): FeedRow {
  return {
    position: String(position),
    kind: 'connected',
    height: change.event.height,
    hash: change.event.hash,
    consensus_hash: folded?.consensusHash ?? null,
    first_sequence: String(change.event.sequence),
    last_sequence: String(change.cursor.sequence),
    first_offset: String(change.offset),
    operations: folded?.operations.height.length ?? null,
    changes: folded?.feedChanges ?? null,
    ...NOT_TAKEN_BACK,
  };
}

const NOT_TAKEN_BACK = { txids: null, verdicts: null, reasons: null, kept: null } as const;

/**
 * Keeps what the feed says of blocks above a height, before they are taken back. Block by block: a join of all blocks with all
 * operations takes time with the square of the depth, where Postgres has not counted the rows yet.
 */
export async function keepBlocksAbove(build: BuildTables, height: number): Promise<void> {
  const feed = nameOf(build, StoredFeed);
  await sql`with moved as (
      insert into ${nameOf(build, RetractedRecords)} (feed_position, first_position, content)
      select f.position, r.first_position, r.content from ${nameOf(build, Records)} r
        join ${feed} f on f.height = r.height and f.kind = 'connected' and f.verdicts is null
      where r.height > ${height})
    update ${feed} f set txids = o.txids, verdicts = coalesce(o.verdicts, ''), reasons = o.reasons, kept = jsonb_build_object(
        'previousHash', b.previous_hash, 'time', b.time, 'opsHash', b.ops_hash, 'changesHash', b.changes_hash)
    from ${nameOf(build, Blocks)} b cross join lateral (
      select string_agg(txid, ''::bytea order by position) as txids,
        string_agg(verdict::text, '' order by position) as verdicts,
        jsonb_object_agg(position, reason) filter (where reason is not null) as reasons
      from ${nameOf(build, StoredOperations)} where height = b.height
    ) o
    where b.height > ${height} and f.height = b.height and f.kind = 'connected' and f.verdicts is null`.execute(
    build.db,
  );
}

function retractedRow({ height, hash, sequence, offset }: RetractedBlock, position: number): FeedRow {
  return {
    position: String(position),
    kind: 'disconnected',
    height,
    hash,
    consensus_hash: null,
    first_sequence: String(sequence),
    last_sequence: String(sequence),
    first_offset: String(offset),
    operations: null,
    changes: null,
    ...NOT_TAKEN_BACK,
  };
}
