import { bytesToHex, concatBytes, hexToBytes, sha256 } from '@virtualchain/bitcoin';
import type { Collection, Collections, Row } from '../state/collection.ts';
import type { EncodedKey } from '../state/key-order.ts';
import { JsonBytes } from './json-bytes.ts';

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
const HASH_SIZE = 32;
const UINT32_SIZE = 4;
const HEAD_SIZE = HASH_SIZE + UINT32_SIZE;

/** What the changes hash of each collection begins with: 32 zero bytes, as hex. */
export function emptyCollectionHashes(collections: Collections): CollectionHashes {
  return Object.fromEntries(Object.keys(collections).map((name) => [name, '00'.repeat(HASH_SIZE)]));
}

/** The changes of one collection in one block, and what the hash covers of them. */
export interface ToldChanges {
  /** In the order of their keys. */
  readonly changes: readonly RowChange[];
  /**
   * Room for the hash before and the height, and behind it of each change its length, 32 bits big-endian, and RFC 8785 JSON of
   * `[key, row]`, or of `[key, null]` where no row is left.
   */
  readonly bytes: Uint8Array;
  /** Where the JSON of each change ends. It begins behind the length that follows the end of the one before. */
  readonly ends: Float64Array;
}

/** The changes of one collection, told. @throws TypeError for text with a lone surrogate. */
export function toldChanges(collection: Collection, changes: readonly RowChange[]): ToldChanges {
  const ordered = changes.length < 2 ? changes : [...changes].sort((a, b) => (a.key < b.key ? -1 : 1));
  const ends = new Float64Array(ordered.length);
  const json = new JsonBytes(HEAD_SIZE + BYTES_PER_CHANGE * ordered.length);
  json.leave(HEAD_SIZE);
  for (let i = 0; i < ordered.length; i++) {
    const at = json.leave(UINT32_SIZE);
    writeChange(json, collection, ordered[i] as RowChange);
    json.setUint32(at, json.length - at - UINT32_SIZE);
    ends[i] = json.length;
  }
  return { changes: ordered, bytes: json.taken(), ends };
}

/** About what a change takes. */
const BYTES_PER_CHANGE = 320;

/** The JSON of a change, by its place among those that were told. */
export function toldJson({ bytes, ends }: ToldChanges, index: number): Uint8Array {
  const before = index === 0 ? HEAD_SIZE : (ends[index - 1] as number);
  return bytes.subarray(before + UINT32_SIZE, ends[index]);
}

/** `[key, row]` of a change as RFC 8785 JSON, with `null` where no row is left. */
export function writeChange(json: JsonBytes, collection: Collection, { before, after }: RowChange): void {
  json.ascii('[');
  json.key(collection, (after ?? before) as Row);
  json.ascii(',');
  if (after === null) json.ascii('null');
  else json.row(collection, after);
  json.ascii(']');
}

/**
 * `C(h) = sha256(C(h−1) ‖ u32be(h) ‖ E…)` for one collection, with `E = u32be(length) ‖ JSON of [key, row or null]` for
 * each changed key in key order.
 */
export function nextCollectionHash(previous: string, height: number, { bytes }: Pick<ToldChanges, 'bytes'>): string {
  bytes.set(hexToBytes(previous));
  for (let i = 0; i < UINT32_SIZE; i++) bytes[HASH_SIZE + i] = height >>> (8 * (UINT32_SIZE - 1 - i));
  return bytesToHex(sha256(bytes));
}

/** The changes of a block, told by the name of their collection; of a collection without a change there is nothing. */
export function toldByCollection(
  collections: Collections,
  changes: readonly RowChange[],
): ReadonlyMap<string, ToldChanges> {
  const told = new Map<string, ToldChanges>();
  for (const [name, ours] of Map.groupBy(changes, ({ collection }) => collection))
    told.set(name, toldChanges(collections[name] as Collection, ours));
  return told;
}

/** All collections moved on by one block. */
export function nextCollectionHashes(
  previous: CollectionHashes,
  height: number,
  collections: Collections,
  told: ReadonlyMap<string, ToldChanges>,
): CollectionHashes {
  const nothing = { bytes: new Uint8Array(HEAD_SIZE) };
  return Object.fromEntries(
    Object.keys(collections).map((name) => [
      name,
      nextCollectionHash(previous[name] ?? '00'.repeat(HASH_SIZE), height, told.get(name) ?? nothing),
    ]),
  );
}

/** The block's changes hash: `sha256` over `name ‖ 0x00 ‖ C(h)` of all collections sorted by name. */
export function changesHash(hashes: CollectionHashes): string {
  const parts = Object.keys(hashes)
    .sort()
    .flatMap((name) => [encoder.encode(`${name}\u0000`), hexToBytes(hashes[name] ?? '')]);
  return bytesToHex(sha256(concatBytes(...parts)));
}
