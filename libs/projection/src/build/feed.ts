import { defineEntity } from '@mikro-orm/postgresql';
import type { ConsensusHash, Verdict } from '@virtualchain/machine';
import type { OperationEvent } from '@virtualchain/protocol';
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

type FeedRow = RowOf<typeof Feed>;

/** A block that was taken back, and the record of the log that says so: the one that the log goes on from, where none does. */
export interface RetractedBlock {
  readonly height: number;
  readonly hash: string;
  readonly sequence: number;
  readonly offset: bigint;
}

/** Appends connected blocks with their operations behind `position`; answers with the position after them. */
export async function appendConnected(
  build: BuildTables,
  blocks: readonly WrittenBlock[],
  position: number,
): Promise<number> {
  const rows: FeedRow[] = [];
  for (const block of blocks) {
    rows.push(connectedRow(block, position + rows.length + 1));
    for (const { event, verdict } of block.folded?.outcomes ?? [])
      rows.push(operationRow(block, event, verdict, position + rows.length + 1));
  }
  await insertRows(build, Feed, rows);
  return position + rows.length;
}

/** Appends blocks that were taken back behind `position`; answers with the position after them. */
export async function appendRetracted(
  build: BuildTables,
  blocks: readonly RetractedBlock[],
  position: number,
): Promise<number> {
  const rows = blocks.map((block, i) => retractedRow(block, position + i + 1));
  await insertRows(build, Feed, rows);
  return position + rows.length;
}

function connectedRow({ change, folded }: WrittenBlock, position: number): FeedRow {
  return {
    position: String(position),
    kind: 'connected',
    height: change.event.height,
    hash: change.event.hash,
    operation_position: null,
    txid: null,
    verdict: null,
    code: null,
    consensus_hash: folded?.consensusHash ?? null,
    first_sequence: String(change.event.sequence),
    last_sequence: String(change.cursor.sequence),
    first_offset: String(change.offset),
  };
}

function operationRow({ change }: WrittenBlock, event: OperationEvent, verdict: Verdict, position: number): FeedRow {
  const sequence = String(event.sequence);
  return {
    position: String(position),
    kind: 'operation',
    height: change.event.height,
    hash: change.event.hash,
    operation_position: event.position,
    txid: event.txid,
    verdict: verdict.kind,
    code: verdict.kind === 'accepted' ? null : storableText(verdict.code),
    consensus_hash: null,
    first_sequence: sequence,
    last_sequence: sequence,
    first_offset: String(change.offset),
  };
}

function retractedRow({ height, hash, sequence, offset }: RetractedBlock, position: number): FeedRow {
  return {
    position: String(position),
    kind: 'disconnected',
    height,
    hash,
    operation_position: null,
    txid: null,
    verdict: null,
    code: null,
    consensus_hash: null,
    first_sequence: String(sequence),
    last_sequence: String(sequence),
    first_offset: String(offset),
  };
}
