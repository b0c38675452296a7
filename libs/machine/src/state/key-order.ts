import type { Column, Columns, ColumnValue, Row } from './collection.ts';

/**
 * A tuple of columns as a string whose order by code units is the order of the contract: integers numerically, text and
 * bytes bytewise, null last, a shorter tuple before the longer one it begins. Two tuples of the same columns are equal
 * exactly when their encodings are.
 */
export type EncodedKey = string;

/** @throws TypeError for a value that is not of its column. */
export function encodeTuple(columns: Columns, names: readonly string[], row: Row): EncodedKey {
  let encoded = '';
  for (const name of names) encoded += encodeValue(columns[name] as Column<unknown>, row[name] as ColumnValue);
  return encoded;
}

const NULL = '\u00ff';
const PRESENT = '\u0001';
const END = '\u0000\u0000';

function encodeValue(column: Column<unknown>, value: ColumnValue): string {
  if (value === null) return NULL;
  switch (column.kind) {
    case 'text':
      return `${PRESENT}${escaped(utf8(value as string))}${END}`;
    case 'bytes':
      return `${PRESENT}${escaped(binary(value as Uint8Array))}${END}`;
    case 'integer':
    case 'bigint':
    case 'numeric':
      return PRESENT + wholeNumber(String(value));
    case 'boolean':
      return PRESENT + (value === true ? '1' : '0');
    default:
      throw new TypeError(`a ${column.kind} does not sort`);
  }
}

/** Ends before any longer text: a zero byte inside is followed by 0xff, the terminator's second zero sorts below it. */
function escaped(text: string): string {
  return text.includes('\u0000') ? text.replaceAll('\u0000', '\u0000\u00ff') : text;
}

/** Sign, number of digits, digits: negative numbers with both complemented. */
function wholeNumber(decimal: string): string {
  if (!decimal.startsWith('-')) return `1${decimal.length.toString().padStart(5, '0')}${decimal}`;
  const digits = decimal.slice(1);
  const complement = [...digits].map((digit) => 9 - Number(digit)).join('');
  return `0${(99_999 - digits.length).toString().padStart(5, '0')}${complement}`;
}

const encoder = new TextEncoder();

function utf8(text: string): string {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return binary(encoder.encode(text));
  return text;
}

function binary(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
