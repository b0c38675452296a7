import { type RawBuilder, sql } from 'kysely';
import { COPIED_BYTES_MIN, COPIED_ROWS_MIN, SMALL_VALUE_BYTES, STATEMENT_BYTES_MAX } from '../../limits.ts';
import type { BuildTables } from '../build.ts';
import { columnsOf, type RowOf, type Table } from '../table.ts';
import { type BulkColumn, type Element, encodeArray } from './binary-array.ts';
import { canCopy, copyStatement } from './copy-rows.ts';
import { runWrites, type Write } from './write.ts';

/** Inserts rows of a fixed table, alone. */
export async function insertRows<T extends Table>(
  build: BuildTables,
  table: T,
  rows: readonly RowOf<T>[],
): Promise<void> {
  await runWrites(build.db, writesOf(build, table, rows));
}

/** The writes that insert rows of a fixed table. */
export function writesOf<T extends Table>(build: BuildTables, table: T, rows: readonly RowOf<T>[]): Write[] {
  return bulkWrites(`${build.schema}.${table.name}`, byColumn(table, rows));
}

/** Some columns of rows of a fixed table, for `unnest`. */
export function columnsFrom<T extends Table>(table: T, rows: readonly Partial<RowOf<T>>[]): readonly BulkColumn[] {
  return byColumn(table, rows);
}

/**
 * The writes that insert rows of a fixed table whose values come by column, all of one length: JSON as text, bytes as they are
 * or as hex.
 */
export function columnWrites<T extends Table>(
  build: BuildTables,
  table: T,
  values: Readonly<Record<keyof RowOf<T> & string, readonly Element[]>>,
): Write[] {
  const columns = columnsOf(table).map(({ name, type }) =>
    bulkColumn(name, type, (values as Readonly<Record<string, readonly Element[]>>)[name] ?? []),
  );
  return bulkWrites(`${build.schema}.${table.name}`, columns);
}

function byColumn(table: Table, rows: readonly object[]): readonly BulkColumn[] {
  const first = rows[0];
  if (first === undefined) return [];
  const columns: BulkColumn[] = [];
  for (const { name, type } of columnsOf(table)) {
    if (!(name in first)) continue;
    const values = rows.map((row) => (row as Readonly<Record<string, Element>>)[name] ?? null);
    columns.push(bulkColumn(name, type, type === 'jsonb' ? values.map(asJson) : values));
  }
  return columns;
}

function bulkColumn(name: string, type: string, values: readonly Element[]): BulkColumn {
  return type === 'jsonb'
    ? { name, arrayType: 'text[]', cast: type, values }
    : { name, arrayType: `${type}[]`, values };
}

const asJson = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * `INSERT … SELECT FROM unnest`: many rows in one statement with one parameter a column, or COPY where they are very many; as many statements as keep their
 * bytes below what Postgres takes in a message. A block of strangers may hold 100 MB.
 */
export function bulkWrites(table: string, columns: readonly BulkColumn[], bytesMax = STATEMENT_BYTES_MAX): Write[] {
  const names = namesOf(columns);
  const selected = sql.join(columns.map(selectedOf));
  const isMany = (columns[0]?.values.length ?? 0) >= COPIED_ROWS_MIN;
  return [...portions(columns, bytesMax)].map(({ columns: some, bytes }) =>
    (isMany || bytes >= COPIED_BYTES_MIN) && canCopy(columns)
      ? { bytes, statement: copyStatement(table, some), isAlone: true }
      : {
          bytes,
          statement: sql`insert into ${sql.table(table)} (${names}) select ${selected} from ${unnest(some)} as x(${names}) where true`,
        },
  );
}

interface Portion {
  readonly columns: readonly BulkColumn[];
  readonly bytes: number;
}

/** The rows of the columns, in order, in portions of about so many bytes; a row that is larger goes alone. */
function* portions(columns: readonly BulkColumn[], bytesMax: number): Generator<Portion> {
  const rows = columns[0]?.values.length ?? 0;
  const all = columns.reduce((sum, { values }) => sum + sentBytesOfColumn(values), 0);
  if (rows > 0 && all <= bytesMax) {
    yield { columns, bytes: all };
    return;
  }
  const sizes = sentBytesOfRows(columns, rows);
  let from = 0;
  let bytes = 0;
  for (let row = 0; row < rows; row++) {
    const size = sizes[row] as number;
    if (row > from && bytes + size > bytesMax) {
      yield { columns: slices(columns, from, row), bytes };
      from = row;
      bytes = 0;
    }
    bytes += size;
  }
  if (rows > 0) yield { columns: slices(columns, from, rows), bytes };
}

function sentBytesOfColumn(values: readonly Element[]): number {
  let bytes = 0;
  for (const value of values) bytes += sentBytes(value);
  return bytes;
}

/** About what each row takes in the parameters. */
function sentBytesOfRows(columns: readonly BulkColumn[], rows: number): Float64Array {
  const sizes = new Float64Array(rows);
  for (const { values } of columns) {
    for (let row = 0; row < rows; row++) sizes[row] = (sizes[row] as number) + sentBytes(values[row]);
  }
  return sizes;
}

function slices(columns: readonly BulkColumn[], from: number, to: number): readonly BulkColumn[] {
  return from === 0 && to === columns[0]?.values.length
    ? columns
    : columns.map((column) => ({ ...column, values: column.values.slice(from, to) }));
}

function sentBytes(value: unknown): number {
  return typeof value === 'string' || value instanceof Uint8Array ? value.length : SMALL_VALUE_BYTES;
}

/** Columns as one `unnest` of typed array parameters. */
export function unnest(columns: readonly BulkColumn[]): RawBuilder<unknown> {
  const arrays = columns.map(({ arrayType, values }) => sql`${encodeArray(arrayType, values)}::${sql.raw(arrayType)}`);
  return sql`unnest(${sql.join(arrays)})`;
}

export function namesOf(columns: readonly BulkColumn[]): RawBuilder<unknown> {
  return sql.join(columns.map(({ name }) => sql.ref(name)));
}

/** The value of a column in what `unnest` gives, called `x`. */
export function selectedOf({ name, cast }: BulkColumn): RawBuilder<unknown> {
  const value = sql.ref(`x.${name}`);
  return cast === undefined ? value : sql`${value}::${sql.raw(cast)}`;
}
