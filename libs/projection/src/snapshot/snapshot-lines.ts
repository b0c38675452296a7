import { sql } from 'kysely';
import { Blocks } from '../build/blocks.ts';
import { type BuildTables, nameOf } from '../build/build.ts';
import { insertRows } from '../build/bulk-insert.ts';
import { Operations } from '../build/operations.ts';
import { columnsOf, type RowOf } from '../build/table.ts';
import { Transitions } from '../build/transitions.ts';
import type { SnapshotLine } from './snapshot-file.ts';

/** The fixed tables that a snapshot holds, by the kind of their lines: a line has the columns of its row, bytes as hex. */
const TABLES = {
  block: { table: Blocks, order: ['height'] },
  operation: { table: Operations, order: ['height', 'position'] },
  transition: { table: Transitions, order: ['height', 'vtxindex'] },
} as const;

export type LineKind = keyof typeof TABLES;
export const LINE_KINDS = Object.keys(TABLES) as readonly LineKind[];

export function isLineKind(kind: string): kind is LineKind {
  return Object.hasOwn(TABLES, kind);
}

/** The rows of one table from one height to another, as lines. */
export async function readLines(
  build: BuildTables,
  kind: LineKind,
  [from, to]: readonly [number, number],
): Promise<readonly SnapshotLine[]> {
  const { table, order } = TABLES[kind];
  const { rows } = await sql<Readonly<Record<string, unknown>>>`select * from ${nameOf(build, table)}
    where height between ${from} and ${to} order by ${sql.join(order.map((name) => sql.ref(name)))}`.execute(build.db);
  return rows.map((row) => ({ t: kind, ...Object.fromEntries(Object.entries(row).map(([k, v]) => [k, toLine(v)])) }));
}

function toLine(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}

/** Inserts the rows that lines of one kind hold. What a line lacks is null, and refused by Postgres where it may not be. */
export async function insertLines(build: BuildTables, kind: LineKind, lines: readonly SnapshotLine[]): Promise<void> {
  const { table } = TABLES[kind];
  const columns = columnsOf(table);
  const rows = lines.map((line) => {
    const given = line as Readonly<Record<string, unknown>>;
    return Object.fromEntries(columns.map(({ name, type }) => [name, fromLine(type, given[name])]));
  });
  await insertRows(build, table, rows as unknown as readonly RowOf<typeof table>[]);
}

function fromLine(type: string, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  return type === 'bytea' ? Buffer.from(String(value), 'hex') : value;
}
