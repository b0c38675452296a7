import type { FoldedTransition } from '@virtualchain/machine';
import { type RawBuilder, sql } from 'kysely';
import { COPIED_BYTES_MIN, SMALL_VALUE_BYTES, STATEMENT_BYTES_MAX, TRANSITION_ROWS_PER_WRITE_MAX } from '../limits.ts';
import { type BuildTables, nameOf, on } from './build.ts';
import { ENCODED, encodeArray } from './bulk/binary-array.ts';
import { copyStatement } from './bulk/copy-rows.ts';
import type { Write } from './bulk/write.ts';
import { readOldTransitions } from './old-layout.ts';
import type { StoredTransition, WrittenBlock } from './stored.ts';
import { column, defineTable, type RowOf } from './table.ts';

/**
 * What accepted operations of the current branch made visible, as the ops hash covers it: a block's in one row, the first
 * one's `vtxindex` beside them. Whoever reads by SQL has the view `transitions`, one row each.
 */
export const StoredTransitions = defineTable('stored_transitions', {
  height: column.integer().primary(),
  first_vtxindex: column.integer().primary(),
  operation_positions: column.list<number | null>('integer'),
  opcodes: column.list<number>('smallint'),
  serialized: column.list<Uint8Array>('bytea'),
});

/** What the view `transitions` selects from the table. */
export function transitionsView(table: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select t.height, t.first_vtxindex + u.n::integer - 1 as vtxindex, u.operation_position, u.opcode, u.serialized
    from ${table} t cross join lateral unnest(t.operation_positions, t.opcodes, t.serialized)
      with ordinality as u(operation_position, opcode, serialized, n)`;
}

type Row = RowOf<typeof StoredTransitions>;

export function transitionWrites(build: BuildTables, blocks: readonly WrittenBlock[]): Write[] {
  const rows = blocks.flatMap(({ change, folded }) =>
    folded === null || folded.transitions.length === 0
      ? []
      : [packTransitions(change.event.height, folded.transitions)],
  );
  return packedWrites(build, rows);
}

/** The writes that insert rows as `packTransitions` makes them: `unnest` would take the lists within them apart. */
export function packedWrites(build: BuildTables, rows: readonly Row[]): Write[] {
  const writes: Write[] = [];
  for (let from = 0; from < rows.length; ) {
    let [to, bytes] = [from, 0];
    for (; to < rows.length && to - from < TRANSITION_ROWS_PER_WRITE_MAX; to++) {
      const size = sentBytes(rows[to] as Row);
      if (to > from && bytes + size > STATEMENT_BYTES_MAX) break;
      bytes += size;
    }
    const some = rows.slice(from, to);
    writes.push(bytes >= COPIED_BYTES_MIN ? copied(build, some, bytes) : inserted(build, some, bytes));
    from = to;
  }
  return writes;
}

const LISTS = [
  { name: 'operation_positions', type: 'integer[]' },
  { name: 'opcodes', type: 'smallint[]' },
  { name: 'serialized', type: 'bytea[]' },
] as const satisfies readonly { readonly name: keyof Row; readonly type: string }[];

function copied(build: BuildTables, rows: readonly Row[], bytes: number): Write {
  const columns = [
    { name: 'height', arrayType: 'integer[]', values: rows.map(({ height }) => height) },
    { name: 'first_vtxindex', arrayType: 'integer[]', values: rows.map(({ first_vtxindex }) => first_vtxindex) },
    ...LISTS.map(({ name, type }) => {
      return { name, arrayType: ENCODED, values: rows.map((row) => encodeArray(type, row[name])) };
    }),
  ];
  const statement = copyStatement(`${build.schema}.${StoredTransitions.name}`, columns);
  return { bytes, statement, isAlone: true };
}

function inserted(build: BuildTables, rows: readonly Row[], bytes: number): Write {
  const statement = sql`insert into ${nameOf(build, StoredTransitions)}
    (height, first_vtxindex, operation_positions, opcodes, serialized) values ${sql.join(rows.map(valuesOf))}`;
  return { bytes, statement };
}

function valuesOf(row: Row): RawBuilder<unknown> {
  const arrays = LISTS.map(({ name, type }) => sql`${encodeArray(type, row[name])}::${sql.raw(type)}`);
  return sql`(${row.height}::integer, ${row.first_vtxindex}::integer, ${sql.join(arrays)})`;
}

function sentBytes({ serialized }: Row): number {
  return serialized.reduce((sum, { length }) => sum + length, SMALL_VALUE_BYTES * serialized.length);
}

/** Neighbouring transitions of a block in one row. */
export function packTransitions(height: number, transitions: readonly FoldedTransition[]): Row {
  return {
    height,
    first_vtxindex: transitions[0]?.vtxindex ?? 0,
    operation_positions: transitions.map(({ operationPosition }) => operationPosition),
    opcodes: transitions.map(({ opcode }) => opcode),
    serialized: transitions.map(({ serialized }) => serialized),
  };
}

export async function rollBackTransitions(build: BuildTables, height: number): Promise<void> {
  await on(build, StoredTransitions).deleteFrom('stored_transitions').where('height', '>', height).execute();
}

/** The transitions of the blocks from one height to another, in order. */
export async function readTransitions(
  build: BuildTables & { readonly layout: number },
  from: number,
  to: number,
): Promise<readonly StoredTransition[]> {
  if (build.layout === 1) return readOldTransitions(build, from, to);
  const rows = await on(build, StoredTransitions)
    .selectFrom('stored_transitions')
    .selectAll()
    .where('height', '>=', from)
    .where('height', '<=', to)
    .orderBy('height')
    .orderBy('first_vtxindex')
    .execute();
  return rows.flatMap(unpack);
}

function unpack({ height, first_vtxindex: first, operation_positions, opcodes, serialized }: Row): StoredTransition[] {
  return serialized.map((bytes, i) => ({
    height,
    vtxindex: first + i,
    operationPosition: operation_positions[i] ?? null,
    opcode: opcodes[i] ?? 0,
    serialized: new Uint8Array(bytes),
  }));
}
