/**
 * Array parameters in the binary form that Postgres receives them in (`array_recv`): nothing is spelled as text and parsed
 * again. The driver sends a `Buffer` as it is; the statement casts the parameter to the array's type.
 */

/** A value of one element; bigints may come as decimal text. */
export type Element = string | number | bigint | boolean | Uint8Array | null;

/** One column of many rows, as `unnest` takes it: its name, the type of the array that carries it, and a value a row. */
export interface BulkColumn {
  readonly name: string;
  readonly arrayType: string;
  readonly values: readonly Element[];
  /** Cast from the array's element to the column, where they differ. */
  readonly cast?: string;
}

/** How a value of one type is sent. */
export interface ElementType {
  readonly oid: number;
  /** What `write` needs for a value that is not null. */
  bytesOf(value: Element): number;
  write(target: Buffer, at: number, value: Element, bytes: number): void;
}

const HEADER_SIZE = 20;
const LENGTH_SIZE = 4;
/** An element's length where it is null. */
const NULL = -1;
const TWO_TO_32 = 2 ** 32;
/** Text of so few characters is written character by character: a call of the encoder takes longer. */
const SHORT_TEXT = 24;

const text: ElementType = {
  oid: 25,
  bytesOf: (value) => Buffer.byteLength(value as string),
  write(target, at, value, bytes) {
    const written = value as string;
    if (bytes > SHORT_TEXT || bytes !== written.length) target.write(written, at, bytes);
    else for (let i = 0; i < bytes; i++) target[at + i] = written.charCodeAt(i);
  },
};

const bytea: ElementType = {
  oid: 17,
  bytesOf: (value) => (typeof value === 'string' ? value.length / 2 : (value as Uint8Array).length),
  write(target, at, value, bytes) {
    if (typeof value === 'string') target.write(value, at, bytes, 'hex');
    else target.set(value as Uint8Array, at);
  },
};

const TYPES: Readonly<Record<string, ElementType>> = {
  'smallint[]': fixed(21, 2, (target, at, value) => target.writeInt16BE(Number(value), at)),
  'integer[]': fixed(23, 4, (target, at, value) => target.writeInt32BE(Number(value), at)),
  'bigint[]': fixed(20, 8, writeBigint),
  'float8[]': fixed(701, 8, (target, at, value) => target.writeDoubleBE(Number(value), at)),
  'boolean[]': fixed(16, 1, (target, at, value) => target.writeUInt8(value === true ? 1 : 0, at)),
  'text[]': text,
  'bytea[]': bytea,
};

/** What is encoded already. */
const encoded: ElementType = {
  oid: 0,
  bytesOf: (value) => (value as Uint8Array).length,
  write: (target, at, value) => target.set(value as Uint8Array, at),
};

/** In the place of an array's type: each value is an array of its own, as `encodeArray` makes it. Only COPY takes these. */
export const ENCODED = 'encoded';

/** The type of the elements of an array, undefined where it has no binary form here. */
export function elementTypeOf(arrayType: string): ElementType | undefined {
  return arrayType === ENCODED ? encoded : TYPES[arrayType];
}

/** Which arrays can be encoded: `integer[]`, `text[]` and others. Bytes may come as hex. */
export function encodeArray(arrayType: string, values: readonly Element[]): Buffer {
  const type = TYPES[arrayType];
  if (type === undefined) throw new TypeError(`no binary form of ${arrayType}`);
  const sizes = new Int32Array(values.length);
  let total = HEADER_SIZE + LENGTH_SIZE * values.length;
  let hasNull = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as Element;
    if (value === null) {
      sizes[i] = NULL;
      hasNull = 1;
    } else total += sizes[i] = type.bytesOf(value);
  }
  const target = Buffer.allocUnsafe(total);
  target.writeInt32BE(1, 0); // dimensions
  target.writeInt32BE(hasNull, 4);
  target.writeInt32BE(type.oid, 8);
  target.writeInt32BE(values.length, 12);
  target.writeInt32BE(1, 16); // the first element's number
  let at = HEADER_SIZE;
  for (let i = 0; i < values.length; i++) {
    const size = sizes[i] as number;
    target.writeInt32BE(size, at);
    at += LENGTH_SIZE;
    if (size === NULL) continue;
    type.write(target, at, values[i] as Element, size);
    at += size;
  }
  return target;
}

function fixed(oid: number, bytes: number, write: ElementType['write']): ElementType {
  return { oid, bytesOf: () => bytes, write };
}

function writeBigint(target: Buffer, at: number, value: Element): void {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    target.writeBigInt64BE(BigInt(value as string | bigint), at);
    return;
  }
  target.writeInt32BE(Math.floor(value / TWO_TO_32), at);
  target.writeUInt32BE(value >>> 0, at + 4);
}
