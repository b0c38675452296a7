import { bytesToHex, hexToBytes } from '@virtualchain/bitcoin';
import type { CanonicalValue } from '../hash/canonical-json.ts';
import { LegacyFloat } from '../hash/field-value.ts';
import { INDEX_BYTES_MAX } from '../limits.ts';
import type { Collection, Column, ColumnValue, Row } from './collection.ts';

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/**
 * Refuses a row that does not fit its collection, before it can reach any state.
 *
 * @throws TypeError naming the column, the value and the rule. A machine that gets here has a bug.
 */
export function checkRow(collection: string, { columns, key, indexes }: Collection, row: Row): void {
  for (const name in columns) {
    const column = columns[name] as Column<unknown>;
    const problem = problemOf(column, row[name]);
    if (problem !== null) throw new TypeError(`${collection}.${name}: ${problem}`);
  }
  for (const name in row) {
    if (columns[name] === undefined) throw new TypeError(`${collection}.${name}: no such column`);
  }
  if (!mayBeLong(row)) return;
  for (const tuple of [key, ...Object.values(indexes)]) checkIndexed(collection, columns, [...tuple, ...key], row);
}

/** False when all fields together fit any index: what nearly every row answers, without being encoded. */
function mayBeLong(row: Row): boolean {
  let bytes = 0;
  for (const name in row) {
    const value = row[name];
    if (typeof value === 'string') bytes += 3 * value.length;
    else if (value instanceof Uint8Array) bytes += value.length;
    else bytes += typeof value === 'bigint' && (value < INT64_MIN || value > INT64_MAX) ? INDEX_BYTES_MAX : 8;
  }
  return bytes > INDEX_BYTES_MAX;
}

/** What is too long to be looked up by would be refused by Postgres long after memory took it. */
function checkIndexed(collection: string, columns: Collection['columns'], tuple: readonly string[], row: Row): void {
  let bytes = 0;
  for (const name of new Set(tuple)) bytes += indexedBytes(columns[name] as Column<unknown>, row[name] as ColumnValue);
  if (bytes > INDEX_BYTES_MAX) {
    throw new TypeError(
      `${collection}: ${[...new Set(tuple)].join(', ')} take ${bytes} bytes, a key or index holds ${INDEX_BYTES_MAX}; index a hash of what strangers make long`,
    );
  }
}

function indexedBytes({ kind }: Column<unknown>, value: ColumnValue): number {
  if (value === null) return 0;
  if (kind === 'bytes') return (value as Uint8Array).length;
  if (kind === 'text') return utf8.encode(value as string).length;
  return kind === 'numeric' ? 8 + (value as bigint).toString().length : 8;
}

const utf8 = new TextEncoder();

function problemOf(column: Column<unknown>, value: unknown): string | null {
  if (value === null) return column.nullable ? null : 'null in a column that is not nullable';
  switch (column.kind) {
    case 'text':
      if (typeof value !== 'string') return `wants text, not ${typeof value}`;
      return value.includes('\u0000') || !value.isWellFormed() ? 'text with a NUL or a lone surrogate' : null;
    case 'bytes':
      return value instanceof Uint8Array ? null : `wants bytes, not ${typeof value}`;
    case 'integer':
      return Number.isSafeInteger(value) && !Object.is(value, -0)
        ? null
        : `wants a whole number within 2^53, not ${String(value)}`;
    case 'bigint':
      if (typeof value !== 'bigint') return `wants a bigint, not ${typeof value}`;
      return value < INT64_MIN || value > INT64_MAX ? `${value} does not fit 64 bits` : null;
    case 'numeric':
      if (typeof value !== 'bigint') return `wants a bigint, not ${typeof value}`;
      return column.digits !== undefined && digitsOf(value) > column.digits
        ? `${value} has more than ${column.digits} digits`
        : null;
    case 'boolean':
      return typeof value === 'boolean' ? null : `wants a boolean, not ${typeof value}`;
    case 'legacyFloat':
      return value instanceof LegacyFloat ? null : 'wants a LegacyFloat';
    case 'list': {
      if (!Array.isArray(value)) return `wants a list, not ${typeof value}`;
      for (const item of value) {
        const problem = problemOf(column.of as Column<unknown>, item);
        if (problem !== null) return `in the list: ${problem}`;
      }
      return null;
    }
  }
}

const digitsOf = (value: bigint): number => (value < 0n ? -value : value).toString().length;

/** A column's value in the canonical JSON of the changes hash (`changes-hash.ts`). */
export function canonicalValue(column: Column<unknown>, value: ColumnValue): CanonicalValue {
  if (value === null) return null;
  switch (column.kind) {
    case 'bytes':
      return bytesToHex(value as Uint8Array);
    case 'bigint':
    case 'numeric':
      return (value as bigint).toString();
    case 'legacyFloat':
      return doubleHex((value as LegacyFloat).value);
    case 'list':
      return (value as readonly ColumnValue[]).map((item) => canonicalValue(column.of as Column<unknown>, item));
    default:
      return value as string | number | boolean;
  }
}

/** The eight IEEE-754 bytes of a double, big-endian, as hex. */
export function doubleHex(value: number): string {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return bytesToHex(bytes);
}

/** Says whether two rows hold the same values, bytes and lists included; null is no row. */
export function rowsEqual({ columns }: Collection, a: Row | null, b: Row | null): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  for (const name in columns) {
    if (!valuesEqual(a[name] as ColumnValue, b[name] as ColumnValue)) return false;
  }
  return true;
}

function valuesEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return a.length === b.length && a.every((byte, i) => byte === b[i]);
  }
  if (a instanceof LegacyFloat && b instanceof LegacyFloat) return doubleHex(a.value) === doubleHex(b.value);
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => valuesEqual(item, b[i]));
  return false;
}

/** The key columns of a row, canonical, in key order. */
export function canonicalKey({ columns, key }: Collection, row: Row): CanonicalValue[] {
  return key.map((name) => canonicalValue(columns[name] as Column<unknown>, row[name] as ColumnValue));
}

/** A whole row, canonical, by column name. */
export function canonicalRow({ columns }: Collection, row: Row): { readonly [name: string]: CanonicalValue } {
  const canonical: Record<string, CanonicalValue> = {};
  for (const name of Object.keys(columns)) {
    canonical[name] = canonicalValue(columns[name] as Column<unknown>, row[name] as ColumnValue);
  }
  return canonical;
}

/** A column's value back from its canonical JSON. @throws TypeError for what no value of the column is written as. */
export function fromCanonical(column: Column<unknown>, value: unknown): ColumnValue {
  if (value === null || value === undefined) return null;
  switch (column.kind) {
    case 'bytes':
      return hexToBytes(String(value));
    case 'bigint':
    case 'numeric':
      return BigInt(String(value));
    case 'legacyFloat': {
      const bytes = hexToBytes(String(value));
      return new LegacyFloat(new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0));
    }
    case 'list':
      if (!Array.isArray(value)) throw new TypeError('a list is written as an array');
      return value.map((item) => fromCanonical(column.of as Column<unknown>, item));
    default:
      return value as string | number | boolean;
  }
}
