import type { ConsensusHash } from '@virtualchain/machine';
import { type RawBuilder, sql } from 'kysely';
import { Blocks, type WrittenBlock } from './blocks.ts';
import { type BuildTables, nameOf } from './build.ts';
import { insertRows, writesOf } from './bulk/bulk-insert.ts';
import type { Write } from './bulk/write.ts';
import { reasonCode, StoredOperations, txidHex, verdictWord } from './operations.ts';
import { column, defineTable, index, keepAsIs, type RowOf } from './table.ts';

/**
 * What the state went through, retractions included. Append-only: nothing is rolled back here. A block's operations take the
 * positions behind its own. As long as it is on the branch they are in `stored_operations`; when it is taken back, what the
 * feed says of them is kept in its row. Whoever reads by SQL has the view `feed`, one row each.
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
    /** Of a block that was taken back: 32 bytes an operation. */
    txids: column.bytes().nullable(),
    /** Of a block that was taken back: the number of each verdict, a digit an operation. Null while it is on the branch. */
    verdicts: column.text().nullable(),
    /** Of a block that was taken back: why operations were rejected or ignored, by their positions in the block. */
    codes: column.json<Readonly<Record<string, string>>>().nullable(),
  },
  [index('stored_feed', 'height')],
);

export const feedStorage = keepAsIs(StoredFeed, 'txids');

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
    select ${placed(position)}, ${txidHex}, ${verdictWord(sql`o.verdict`)}, ${reasonCode}, ${logged(position)}
    from ${feed} b join ${operations} o on o.height = b.height where b.kind = 'connected' and b.verdicts is null
    union all
    select ${placed(i)}, encode(substring(b.txids from 1 + 32 * i for 32), 'hex'),
      ${verdictWord(sql`substring(b.verdicts from 1 + i for 1)::integer`)}, b.codes ->> i::text, ${logged(i)}
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

/** Connected blocks with their operations, behind `position`, and the position after them. */
export function connectedWrites(
  build: BuildTables,
  blocks: readonly WrittenBlock[],
  position: number,
): { readonly writes: Write[]; readonly position: number } {
  let last = position;
  const rows = blocks.map((block) => {
    const row = connectedRow(block, last + 1);
    last += 1 + (block.folded?.outcomes.length ?? 0);
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
    ...NOT_TAKEN_BACK,
  };
}

const NOT_TAKEN_BACK = { txids: null, verdicts: null, codes: null } as const;

/** Keeps what the feed says of the operations of blocks above a height, before they are taken back. */
export async function keepOperationsAbove(build: BuildTables, height: number): Promise<void> {
  await sql`update ${nameOf(build, StoredFeed)} f set txids = x.txids, verdicts = coalesce(x.verdicts, ''), codes = x.codes
    from (
      select b.height, string_agg(o.txid, ''::bytea order by o.position) as txids,
        string_agg(o.verdict::text, '' order by o.position) as verdicts,
        jsonb_object_agg(o.position, o.reason ->> 0) filter (where o.reason is not null) as codes
      from ${nameOf(build, Blocks)} b left join ${nameOf(build, StoredOperations)} o on o.height = b.height
      where b.height > ${height} group by b.height
    ) x where f.height = x.height and f.kind = 'connected' and f.verdicts is null`.execute(build.db);
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
    ...NOT_TAKEN_BACK,
  };
}
