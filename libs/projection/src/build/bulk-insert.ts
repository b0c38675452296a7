import { sql } from 'kysely';
import { SMALL_VALUE_BYTES, STATEMENT_BYTES_MAX } from '../limits.ts';
import type { BuildTables } from './build.ts';
import type { Db } from './database/database.ts';
import { columnsOf, type RowOf, type Table } from './table.ts';

/** One column of many rows, as `unnest` takes it: its name, the type of the array that carries it, and a value a row. */
export interface BulkColumn {
  readonly name: string;
  readonly arrayType: string;
  readonly values: readonly unknown[];
  /** Cast from the array's element to the column, where they differ. */
  readonly cast?: string;
}

/** Inserts rows of a fixed table. */
export function insertRows<T extends Table>(build: BuildTables, table: T, rows: readonly RowOf<T>[]): Promise<void> {
  return bulkInsert(build.db, `${build.schema}.${table.meta.tableName}`, byColumn(table, rows));
}

/** Some columns of rows of a fixed table, for `unnest`. */
export function columnsFrom<T extends Table>(table: T, rows: readonly Partial<RowOf<T>>[]): readonly BulkColumn[] {
  return byColumn(table, rows);
}

function byColumn(table: Table, rows: readonly object[]): readonly BulkColumn[] {
  const first = rows[0];
  if (first === undefined) return [];
  const columns: BulkColumn[] = [];
  for (const { name, type } of columnsOf(table)) {
    if (!(name in first)) continue;
    const values = rows.map((row) => (row as Readonly<Record<string, unknown>>)[name] ?? null);
    if (type === 'jsonb') columns.push({ name, arrayType: 'text[]', cast: type, values: values.map(asJson) });
    else columns.push({ name, arrayType: `${type}[]`, values: type === 'bytea' ? values.map(asBytes) : values });
  }
  return columns;
}

const asJson = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
const asBytes = (value: unknown): Buffer | null => (value === null ? null : asBuffer(value as Uint8Array));

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * `INSERT … SELECT FROM unnest`: many rows in one statement with one parameter a column; as many statements as keep a
 * parameter below what Node makes of a string and Postgres takes in a message. A block of strangers may hold 100 MB.
 */
export async function bulkInsert(
  db: Db,
  table: string,
  columns: readonly BulkColumn[],
  bytesMax = STATEMENT_BYTES_MAX,
): Promise<void> {
  const names = sql.join(columns.map(({ name }) => sql.ref(name)));
  const selected = sql.join(
    columns.map(({ name, cast }) =>
      cast === undefined ? sql.ref(`x.${name}`) : sql`${sql.ref(`x.${name}`)}::${sql.raw(cast)}`,
    ),
  );
  for (const some of portions(columns, bytesMax)) {
    await sql`insert into ${sql.table(table)} (${names}) select ${selected} from ${unnest(some)} as x(${names})`.execute(
      db,
    );
  }
}

/** The rows of the columns, in order, in portions of about so many bytes; a row that is larger goes alone. */
function* portions(columns: readonly BulkColumn[], bytesMax: number): Generator<readonly BulkColumn[]> {
  const rows = columns[0]?.values.length ?? 0;
  let from = 0;
  let bytes = 0;
  for (let row = 0; row < rows; row++) {
    const size = columns.reduce((sum, { values }) => sum + sentBytes(values[row]), 0);
    if (row > from && bytes + size > bytesMax) {
      yield slices(columns, from, row);
      from = row;
      bytes = 0;
    }
    bytes += size;
  }
  if (rows > 0) yield slices(columns, from, rows);
}

function slices(columns: readonly BulkColumn[], from: number, to: number): readonly BulkColumn[] {
  return from === 0 && to === columns[0]?.values.length
    ? columns
    : columns.map((column) => ({ ...column, values: column.values.slice(from, to) }));
}

/** About what a value takes in an array parameter: bytes go as hex. */
function sentBytes(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return value instanceof Uint8Array ? 2 * value.length : SMALL_VALUE_BYTES;
}

/** Columns as one `unnest` of typed array parameters. */
export function unnest(columns: readonly BulkColumn[]) {
  return sql`unnest(${sql.join(columns.map(({ arrayType, values }) => sql`${values}::${sql.raw(arrayType)}`))})`;
}
