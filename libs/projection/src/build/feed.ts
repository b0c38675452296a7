import { defineEntity } from '@mikro-orm/postgresql';
import type { ConsensusHash, OperationOutcome, Verdict } from '@virtualchain/machine';
import { type RawBuilder, sql } from 'kysely';
import type { WrittenBlock } from './blocks.ts';
import type { BuildTables } from './build.ts';
import { insertRows, writesOf } from './bulk/bulk-insert.ts';
import type { Write } from './bulk/write.ts';
import { storableText } from './operations.ts';
import { column, index, keepAsIs, type RowOf } from './table.ts';

/**
 * What the state went through, retractions included. Append-only: nothing is rolled back here. A block's row has its
 * operations too, which take the positions behind its own; whoever reads by SQL has the view `feed`, one row each.
 */
export const StoredFeed = defineEntity({
  name: 'stored_feed',
  tableName: 'stored_feed',
  properties: {
    position: column.bigint().primary(),
    kind: column.text().$type<'connected' | 'disconnected'>(),
    height: column.integer(),
    hash: column.text(),
    consensus_hash: column.text().$type<ConsensusHash>().nullable(),
    first_sequence: column.bigint(),
    last_sequence: column.bigint(),
    first_offset: column.bigint(),
    /** 32 bytes an operation. */
    txids: column.bytes(),
    /** The first letter of each verdict. */
    verdicts: column.text(),
    /** Why operations were rejected or ignored: JSON, by their positions in the block. */
    codes: column.text().nullable(),
  },
  indexes: [index('stored_feed', 'height')],
});

export const feedStorage = keepAsIs(StoredFeed, 'txids');

/** What the view `feed` selects from the table. The records of a block's operations follow its own in the log. */
export function feedView(table: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select position, kind, height, hash, null::integer as operation_position, null::text as txid,
      null::text as verdict, null::text as code, consensus_hash, first_sequence, last_sequence, first_offset
    from ${table}
    union all
    select b.position + 1 + i, 'operation', b.height, b.hash, i, encode(substring(b.txids from 1 + 32 * i for 32), 'hex'),
      case substring(b.verdicts from 1 + i for 1) when 'a' then 'accepted' when 'r' then 'rejected' else 'ignored' end,
      b.codes::jsonb ->> i::text, null, b.first_sequence + 1 + i, b.first_sequence + 1 + i, b.first_offset
    from ${table} b cross join lateral generate_series(0, length(b.verdicts) - 1) i`;
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
  const outcomes = folded?.outcomes ?? [];
  return {
    position: String(position),
    kind: 'connected',
    height: change.event.height,
    hash: change.event.hash,
    consensus_hash: folded?.consensusHash ?? null,
    first_sequence: String(change.event.sequence),
    last_sequence: String(change.cursor.sequence),
    first_offset: String(change.offset),
    txids: Buffer.from(outcomes.map(({ event }) => event.txid).join(''), 'hex'),
    verdicts: outcomes.map(({ verdict }) => LETTER[verdict.kind]).join(''),
    codes: codesOf(outcomes),
  };
}

const LETTER: Readonly<Record<Verdict['kind'], string>> = { accepted: 'a', rejected: 'r', ignored: 'i' };

function codesOf(outcomes: readonly OperationOutcome[]): string | null {
  const codes = outcomes.flatMap(({ verdict }, i) =>
    verdict.kind === 'accepted' ? [] : [[i, storableText(verdict.code)] as const],
  );
  return codes.length === 0 ? null : JSON.stringify(Object.fromEntries(codes));
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
    txids: Buffer.alloc(0),
    verdicts: '',
    codes: null,
  };
}
