import { bytesToHex, hexToBytes } from '@virtualchain/bitcoin';
import { type Column, type ColumnKind, type ColumnValue, LegacyFloat, type Row } from '@virtualchain/machine';
import type { Element } from './bulk/binary-array.ts';
import { asBuffer } from './bulk/bulk-insert.ts';

/** Postgres type of a column, as its DDL spells it. Text sorts bytewise. */
const SQL_TYPE: Readonly<Record<ColumnKind, string>> = {
  text: 'text collate "C"',
  bytes: 'bytea',
  integer: 'bigint',
  bigint: 'bigint',
  numeric: 'numeric',
  boolean: 'boolean',
  legacyFloat: 'double precision',
  list: 'jsonb',
};

/** The same of one column: a numeric has as many digits as it may. */
export function columnTypeOf({ kind, digits }: Pick<Column<unknown>, 'kind' | 'digits'>): string {
  return digits === undefined ? SQL_TYPE[kind] : `${SQL_TYPE[kind]}(${digits},0)`;
}

/** Postgres type of a parameter that is compared with a column; lists travel as JSON text. */
export const PARAMETER_TYPE: Readonly<Record<ColumnKind, string>> = {
  ...SQL_TYPE,
  text: 'text',
  list: 'text',
};

/** Postgres type of the array parameter that carries a column's values into `unnest`. */
export const ELEMENT_TYPE: Readonly<Record<ColumnKind, string>> = {
  text: 'text[]',
  bytes: 'bytea[]',
  integer: 'bigint[]',
  bigint: 'bigint[]',
  numeric: 'text[]',
  boolean: 'boolean[]',
  legacyFloat: 'float8[]',
  list: 'text[]',
};

/** What the elements of such an array are cast to, where they travel as text. */
export const ELEMENT_CAST: Readonly<Partial<Record<ColumnKind, string>>> = { numeric: 'numeric', list: 'jsonb' };

export type SqlValue = string | number | boolean | Buffer | null;

/** A value as the driver takes it. */
export function toSql(column: Column<unknown>, value: ColumnValue): SqlValue {
  if (value === null) return null;
  switch (column.kind) {
    case 'bytes':
      return asBuffer(value as Uint8Array);
    case 'integer':
    case 'bigint':
    case 'numeric':
      return String(value);
    case 'legacyFloat':
      return Object.is((value as LegacyFloat).value, -0) ? '-0' : String((value as LegacyFloat).value);
    case 'list':
      return JSON.stringify(toJson(column, value));
    default:
      return value as string | boolean;
  }
}

/** The values of a column of some rows as an array parameter takes them: most are as the rows have them. */
export function toElements(column: Column<unknown>, name: string, rows: readonly Row[]): readonly Element[] {
  switch (column.kind) {
    case 'numeric':
    case 'list':
      return rows.map((row) => toSql(column, row[name] ?? null));
    case 'legacyFloat':
      return rows.map((row) => (row[name] as LegacyFloat | null)?.value ?? null);
    default:
      return rows.map((row) => (row[name] ?? null) as Element);
  }
}

/** A value as the driver gives it, back in the machine's type. */
export function fromSql(column: Column<unknown>, value: unknown): ColumnValue {
  if (value === null || value === undefined) return null;
  switch (column.kind) {
    case 'bytes': {
      const bytes = value as Uint8Array;
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    case 'integer':
      return Number(value);
    case 'bigint':
    case 'numeric':
      return BigInt(String(value));
    case 'legacyFloat':
      return new LegacyFloat(Number(value));
    case 'list':
      return fromJson(column, typeof value === 'string' ? JSON.parse(value) : value);
    default:
      return value as string | boolean;
  }
}

export function rowFromSql(
  columns: Readonly<Record<string, Column<unknown>>>,
  found: Readonly<Record<string, unknown>>,
): Row {
  const row: Record<string, ColumnValue> = {};
  for (const name of Object.keys(columns)) row[name] = fromSql(columns[name] as Column<unknown>, found[name]);
  return row;
}

type Json = string | number | boolean | null | Json[];

/** Inside a list: bytes as hex, big numbers as decimal text. */
function toJson(column: Column<unknown>, value: ColumnValue): Json {
  if (value === null) return null;
  if (column.kind === 'list')
    return (value as readonly ColumnValue[]).map((item) => toJson(column.of as Column<unknown>, item));
  if (column.kind === 'bytes') return bytesToHex(value as Uint8Array);
  if (column.kind === 'bigint' || column.kind === 'numeric' || column.kind === 'legacyFloat')
    return String(toSql(column, value));
  return value as string | number | boolean;
}

function fromJson(column: Column<unknown>, value: unknown): ColumnValue {
  if (value === null) return null;
  if (column.kind === 'list') return (value as unknown[]).map((item) => fromJson(column.of as Column<unknown>, item));
  if (column.kind === 'bytes') return hexToBytes(value as string);
  return fromSql(column, value);
}
