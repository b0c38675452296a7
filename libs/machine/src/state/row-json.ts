import { bytesToHex } from '@virtualchain/bitcoin';
import { canonicalJson } from '../hash/canonical-json.ts';
import type { Collection, Column, ColumnValue, Row } from './collection.ts';
import { canonicalValue } from './row.ts';

/**
 * Rows as the changes hash covers them, in RFC 8785 JSON: what `canonicalJson` makes of `canonicalKey` and `canonicalRow`,
 * written without making these first.
 *
 * @throws TypeError for text with a lone surrogate.
 */
export function canonicalRowJson(collection: Collection, row: Row): string {
  let json = '';
  for (const { name, column, member } of membersOf(collection)) {
    json += `${json === '' ? '{' : ','}${member}${valueJson(column, row[name] as ColumnValue)}`;
  }
  return json === '' ? '{}' : `${json}}`;
}

/** The key columns as a list, in key order. */
export function canonicalKeyJson({ columns, key }: Collection, row: Row): string {
  let json = '';
  for (const name of key) json += `${json === '' ? '[' : ','}${valueJson(columns[name], row[name] as ColumnValue)}`;
  return `${json}]`;
}

interface Member {
  readonly name: string;
  readonly column: Column<unknown> | undefined;
  /** The name as JSON, with the colon. */
  readonly member: string;
}

const known = new WeakMap<Collection, readonly Member[]>();

/** The columns of a collection, sorted by UTF-16 code units. */
function membersOf(collection: Collection): readonly Member[] {
  const found = known.get(collection);
  if (found !== undefined) return found;
  const names = Object.keys(collection.columns).sort();
  const members = names.map((name) => ({ name, column: collection.columns[name], member: `${JSON.stringify(name)}:` }));
  known.set(collection, members);
  return members;
}

/** Text that JSON writes as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

function valueJson(column: Column<unknown> | undefined, value: ColumnValue): string {
  if (value === null) return 'null';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') return `"${value}"`;
  if (value instanceof Uint8Array) return `"${bytesToHex(value)}"`;
  if (typeof value === 'string' && PLAIN.test(value)) return `"${value}"`;
  if (typeof value === 'string' && value.isWellFormed()) return JSON.stringify(value);
  return canonicalJson(canonicalValue(column as Column<unknown>, value));
}
