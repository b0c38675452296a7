import { defineEntity } from '@mikro-orm/postgresql';
import type { ConsensusHash } from '@virtualchain/machine';
import type { WrittenBlock } from './blocks.ts';
import type { BuildTables } from './build.ts';
import { insertRows } from './bulk-insert.ts';
import { storableText } from './operations.ts';
import { column, index, type RowOf } from './table.ts';

/** What the state went through, retractions included. Append-only: nothing is rolled back here. */
export const Feed = defineEntity({
  name: 'feed',
  tableName: 'feed',
  properties: {
    position: column.bigint().primary(),
    kind: column.text().$type<'connected' | 'operation' | 'disconnected'>(),
    height: column.integer(),
    hash: column.text(),
    operation_position: column.integer().nullable(),
    txid: column.text().nullable(),
    verdict: column.text().nullable(),
    code: column.text().nullable(),
    consensus_hash: column.text().$type<ConsensusHash>().nullable(),
    first_sequence: column.bigint().nullable(),
    last_sequence: column.bigint().nullable(),
    first_offset: column.bigint().nullable(),
  },
  indexes: [index('feed', 'height')],
});

type FeedRow = Omit<RowOf<typeof Feed>, 'position'>;

/** A block that was taken back, and the record of the log that says so: the one that the log goes on from, where none does. */
export interface RetractedBlock {
  readonly height: number;
  readonly hash: string;
  readonly sequence: number;
  readonly offset: bigint;
}

/** Appends connected blocks with their operations behind `position`; answers with the position after them. */
export function appendConnected(
  build: BuildTables,
  blocks: readonly WrittenBlock[],
  position: number,
): Promise<number> {
  return append(build, blocks.flatMap(connectedRows), position);
}

/** Appends blocks that were taken back behind `position`; answers with the position after them. */
export function appendRetracted(
  build: BuildTables,
  blocks: readonly RetractedBlock[],
  position: number,
): Promise<number> {
  return append(build, blocks.map(retractedRow), position);
}

async function append(build: BuildTables, rows: readonly FeedRow[], position: number): Promise<number> {
  await insertRows(
    build,
    Feed,
    rows.map((row, i) => ({ position: String(position + 1 + i), ...row })),
  );
  return position + rows.length;
}

const NO_OPERATION = { operation_position: null, txid: null, verdict: null, code: null, consensus_hash: null };

function connectedRows({ change, folded }: WrittenBlock): FeedRow[] {
  const { height, hash, sequence } = change.event;
  const block = { height, hash, first_offset: String(change.offset) };
  const rows: FeedRow[] = [
    {
      ...block,
      ...NO_OPERATION,
      kind: 'connected',
      consensus_hash: folded?.consensusHash ?? null,
      first_sequence: String(sequence),
      last_sequence: String(change.cursor.sequence),
    },
  ];
  for (const { event, verdict } of folded?.outcomes ?? []) {
    rows.push({
      ...block,
      ...NO_OPERATION,
      kind: 'operation',
      operation_position: event.position,
      txid: event.txid,
      verdict: verdict.kind,
      code: verdict.kind === 'accepted' ? null : storableText(verdict.code),
      first_sequence: String(event.sequence),
      last_sequence: String(event.sequence),
    });
  }
  return rows;
}

function retractedRow({ height, hash, sequence, offset }: RetractedBlock): FeedRow {
  const place = { first_sequence: String(sequence), last_sequence: String(sequence), first_offset: String(offset) };
  return { ...NO_OPERATION, kind: 'disconnected', height, hash, ...place };
}
