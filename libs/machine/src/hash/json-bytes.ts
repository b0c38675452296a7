import type { Collection, Column, ColumnValue, Row } from '../state/collection.ts';
import { canonicalValue } from '../state/row.ts';
import { canonicalJson } from './canonical-json.ts';

const encoder = new TextEncoder();
const HEX = encoder.encode('0123456789abcdef');
const [QUOTE, BACKSLASH, FIRST_PLAIN, LAST_PLAIN] = [0x22, 0x5c, 0x20, 0x7e];
const [OPENING, CLOSING, COMMA] = [0x5b, 0x5d, 0x2c];
/** Bytes of UTF-8 that one UTF-16 code unit takes at most. */
const BYTES_PER_UNIT = 3;
const FIRST_ROOM = 4_096;

/**
 * RFC 8785 JSON in UTF-8, written into one array of bytes: rows as the changes hash covers them. What `canonicalJson` makes of
 * `canonicalKey` and `canonicalRow`, without the texts and objects between.
 */
export class JsonBytes {
  #bytes: Uint8Array;
  #length = 0;

  /** `room` is how many bytes there will be, about. */
  constructor(room = FIRST_ROOM) {
    this.#bytes = new Uint8Array(room);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written so far. What is written later may stand in another array. */
  taken(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** JSON of ASCII characters, as it is. */
  ascii(json: string): void {
    const { length } = json;
    this.#makeRoom(length);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < length; i++) bytes[at++] = json.charCodeAt(i);
    this.#length = at;
  }

  /** JSON of any characters, as it is. */
  json(json: string): void {
    this.#makeRoom(BYTES_PER_UNIT * json.length);
    this.#length += encoder.encodeInto(json, this.#bytes.subarray(this.#length)).written;
  }

  bytes(json: Uint8Array): void {
    this.#makeRoom(json.length);
    this.#bytes.set(json, this.#length);
    this.#length += json.length;
  }

  /** Leaves so many bytes, and says where. */
  leave(bytes: number): number {
    const at = this.#length;
    this.#makeRoom(bytes);
    this.#length += bytes;
    return at;
  }

  /** Big-endian, over what was left. */
  setUint32(at: number, value: number): void {
    const bytes = this.#bytes;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
  }

  /** A whole row, its members sorted. @throws TypeError for text with a lone surrogate. */
  row(collection: Collection, row: Row): void {
    const members = membersOf(collection);
    for (let i = 0; i < members.length; i++) {
      const { name, column, member } = members[i] as Member;
      this.ascii(member);
      this.#value(column, row[name] as ColumnValue);
    }
    this.ascii(members.length === 0 ? '{}' : '}');
  }

  /** The key columns as a list, in key order. @throws TypeError for text with a lone surrogate. */
  key({ columns, key }: Collection, row: Row): void {
    this.#byte(OPENING);
    for (let i = 0; i < key.length; i++) {
      const name = key[i] as string;
      if (i > 0) this.#byte(COMMA);
      this.#value(columns[name] as Column<unknown>, row[name] as ColumnValue);
    }
    this.#byte(CLOSING);
  }

  #value(column: Column<unknown>, value: ColumnValue): void {
    if (typeof value === 'string') this.#text(value);
    else if (value === null || typeof value === 'number' || typeof value === 'boolean') this.ascii(String(value));
    else if (typeof value === 'bigint') this.ascii(`"${value}"`);
    else if (value instanceof Uint8Array) this.#hex(value);
    else if (Array.isArray(value) && column.of !== undefined) this.#list(column.of, value);
    else this.json(canonicalJson(canonicalValue(column, value)));
  }

  #list(of: Column<unknown>, items: readonly ColumnValue[]): void {
    this.#byte(OPENING);
    for (let i = 0; i < items.length; i++) {
      if (i > 0) this.#byte(COMMA);
      this.#value(of, items[i] as ColumnValue);
    }
    this.#byte(CLOSING);
  }

  #text(value: string): void {
    const { length } = value;
    this.#makeRoom(length + 2);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = QUOTE;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit < FIRST_PLAIN || unit > LAST_PLAIN || unit === QUOTE || unit === BACKSLASH) {
        this.json(canonicalJson(value));
        return;
      }
      bytes[at++] = unit;
    }
    bytes[at++] = QUOTE;
    this.#length = at;
  }

  #hex(value: Uint8Array): void {
    this.#makeRoom(2 * value.length + 2);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = QUOTE;
    for (let i = 0; i < value.length; i++) {
      const byte = value[i] as number;
      bytes[at++] = HEX[byte >>> 4] as number;
      bytes[at++] = HEX[byte & 0x0f] as number;
    }
    bytes[at++] = QUOTE;
    this.#length = at;
  }

  #byte(byte: number): void {
    this.#makeRoom(1);
    this.#bytes[this.#length++] = byte;
  }

  #makeRoom(bytes: number): void {
    const wanted = this.#length + bytes;
    if (wanted <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, wanted));
    larger.set(this.taken());
    this.#bytes = larger;
  }
}

interface Member {
  readonly name: string;
  readonly column: Column<unknown>;
  /** What stands before the value: the name as JSON, which is ASCII, with what separates it from the member before. */
  readonly member: string;
}

const known = new WeakMap<Collection, readonly Member[]>();

/** The columns of a collection, sorted by UTF-16 code units. */
function membersOf(collection: Collection): readonly Member[] {
  const found = known.get(collection);
  if (found !== undefined) return found;
  const names = Object.keys(collection.columns).sort();
  const members = names.map((name, i) => ({
    name,
    column: collection.columns[name] as Column<unknown>,
    member: `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`,
  }));
  known.set(collection, members);
  return members;
}
