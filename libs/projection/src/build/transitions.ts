import { defineEntity } from '@mikro-orm/postgresql';
import type { WrittenBlock } from './blocks.ts';
import { type BuildTables, on } from './build.ts';
import { insertRows } from './bulk-insert.ts';
import { column, type RowOf } from './table.ts';

/** What accepted operations of the current branch made visible, as the ops hash covers it. */
export const Transitions = defineEntity({
  name: 'transitions',
  tableName: 'transitions',
  properties: {
    height: column.integer().primary(),
    vtxindex: column.integer().primary(),
    operation_position: column.integer().nullable(),
    opcode: column.smallint(),
    serialized: column.bytes(),
  },
});

export function insertTransitions(build: BuildTables, blocks: readonly WrittenBlock[]): Promise<void> {
  return insertRows(build, Transitions, blocks.flatMap(rowsOf));
}

function rowsOf({ folded }: WrittenBlock): RowOf<typeof Transitions>[] {
  if (folded === null) return [];
  return folded.transitions.map(({ vtxindex, operationPosition, opcode, serialized }) => ({
    height: folded.block.height,
    vtxindex,
    operation_position: operationPosition,
    opcode,
    serialized,
  }));
}

export async function rollBackTransitions(build: BuildTables, height: number): Promise<void> {
  await on(build, Transitions).deleteFrom('transitions').where('height', '>', height).execute();
}

/** A transition as a build keeps it. */
export interface StoredTransition {
  readonly height: number;
  readonly vtxindex: number;
  readonly serialized: Uint8Array;
}

/** The transitions of the blocks from one height to another, in order. */
export async function readTransitions(
  build: BuildTables,
  from: number,
  to: number,
): Promise<readonly StoredTransition[]> {
  const rows = await on(build, Transitions)
    .selectFrom('transitions')
    .select(['height', 'vtxindex', 'serialized'])
    .where('height', '>=', from)
    .where('height', '<=', to)
    .orderBy('height')
    .orderBy('vtxindex')
    .execute();
  return rows.map((row) => ({ ...row, serialized: new Uint8Array(row.serialized) }));
}
