import { bytesToHex, hexToBytes, sha256 } from '@virtualchain/bitcoin';
import { ROOM_KEPT_BYTES_MAX } from '../limits.ts';
import type { Collection, Collections, Row } from '../state/collection.ts';
import type { EncodedKey } from '../state/key-order.ts';
import { canonicalKeyJson, canonicalRowJson } from '../state/row-json.ts';

/**
 * What a block did to one key of a collection: the row before it and after it, null where there was or is none. At least
 * one of them is a row, and they differ.
 */
export interface RowChange {
  readonly collection: string;
  readonly key: EncodedKey;
  readonly before: Row | null;
  readonly after: Row | null;
}

/** C(h) of every collection, by its name: 64 hex digits each. */
export type CollectionHashes = Readonly<Record<string, string>>;

const encoder = new TextEncoder();
const lengthSize = 4;
/** What stands where a length is written to. */
const ROOM_OF_LENGTH = '\u0000'.repeat(lengthSize);

/** What the changes hash of each collection begins with: 32 zero bytes, as hex. */
export function emptyCollectionHashes(collections: Collections): CollectionHashes {
  return Object.fromEntries(Object.keys(collections).map((name) => [name, '00'.repeat(32)]));
}

/** A change with what the hash covers of it. */
export interface ToldChange {
  readonly change: RowChange;
  /** RFC 8785 JSON of `[key, row]`, or of `[key, null]` where no row is left. */
  readonly text: string;
}

/** @throws TypeError for text with a lone surrogate. */
export function toldChanges(collections: Collections, changes: readonly RowChange[]): ToldChange[] {
  return changes.map((change) => ({ change, text: changeText(collections[change.collection] as Collection, change) }));
}

/** `[key, row]` of a change as RFC 8785 JSON, with `null` where no row is left. */
export function changeText(collection: Collection, { before, after }: RowChange): string {
  const row = (after ?? before) as Row;
  return `[${canonicalKeyJson(collection, row)},${after === null ? 'null' : canonicalRowJson(collection, after)}]`;
}

/**
 * `C(h) = sha256(C(h−1) ‖ u32be(h) ‖ E…)` for one collection, with `E = u32be(length) ‖ JSON of [key, row or null]` for
 * each changed key in key order.
 */
export function nextCollectionHash(previous: string, height: number, told: readonly ToldChange[]): string {
  const input = new HashInput();
  input.hex(previous);
  input.uint32(height);
  const ordered = told.length < 2 ? told : [...told].sort((a, b) => (a.change.key < b.change.key ? -1 : 1));
  input.textsWithLengths(ordered.map(({ text }) => text));
  return bytesToHex(sha256(input.taken()));
}

/** All collections moved on by one block. */
export function nextCollectionHashes(
  previous: CollectionHashes,
  height: number,
  collections: Collections,
  told: readonly ToldChange[],
): CollectionHashes {
  const byCollection = Map.groupBy(told, ({ change }) => change.collection);
  return Object.fromEntries(
    Object.keys(collections).map((name) => [
      name,
      nextCollectionHash(previous[name] ?? '00'.repeat(32), height, byCollection.get(name) ?? []),
    ]),
  );
}

/** The block's changes hash: `sha256` over `name ‖ 0x00 ‖ C(h)` of all collections sorted by name. */
export function changesHash(hashes: CollectionHashes): string {
  const input = new HashInput();
  for (const name of Object.keys(hashes).sort()) {
    input.text(`${name}\u0000`);
    input.hex(hashes[name] ?? '');
  }
  return bytesToHex(sha256(input.taken()));
}

/** The array that the last hash was put together in: most blocks have few changes, and of most collections none. */
let room = new Uint8Array(4_096);

/** Bytes to be hashed, put together in one array, before anything else is. */
class HashInput {
  #bytes = room;
  #length = 0;

  hex(hex: string): void {
    const bytes = hexToBytes(hex);
    this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** UTF-8. */
  text(text: string): void {
    this.#makeRoom(3 * text.length);
    this.#length += encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
  }

  /** Big-endian. */
  uint32(value: number): void {
    this.#makeRoom(4);
    this.#setUint32(this.#length, value);
    this.#length += 4;
  }

  /** Each in UTF-8 behind its length in bytes. */
  textsWithLengths(texts: readonly string[]): void {
    if (this.#asciiWithLengths(texts)) return;
    for (const text of texts) {
      this.#makeRoom(lengthSize + 3 * text.length);
      const { written } = encoder.encodeInto(text, this.#bytes.subarray(this.#length + lengthSize));
      this.#setUint32(this.#length, written);
      this.#length += lengthSize + written;
    }
  }

  /** All of them by one call of the encoder, where a character is a byte; false, and nothing added, where one is not. */
  #asciiWithLengths(texts: readonly string[]): boolean {
    const joined = texts.length === 0 ? '' : ROOM_OF_LENGTH + texts.join(ROOM_OF_LENGTH);
    this.#makeRoom(joined.length);
    const { read } = encoder.encodeInto(joined, this.#bytes.subarray(this.#length, this.#length + joined.length));
    if (read < joined.length) return false;
    let at = this.#length;
    for (const { length } of texts) {
      this.#setUint32(at, length);
      at += lengthSize + length;
    }
    this.#length = at;
    return true;
  }

  taken(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #setUint32(at: number, value: number): void {
    const bytes = this.#bytes;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
  }

  #makeRoom(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + bytes));
    larger.set(this.taken());
    this.#bytes = larger;
    if (larger.length <= ROOM_KEPT_BYTES_MAX) room = larger;
  }
}
