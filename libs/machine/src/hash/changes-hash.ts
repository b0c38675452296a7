import { bytesToHex, hexToBytes, joinBytes, sha256 } from '@virtualchain/bitcoin';
import type { Collection, Collections, Row } from '../state/collection.ts';
import type { EncodedKey } from '../state/key-order.ts';
import { canonicalKey, canonicalRow } from '../state/row.ts';
import { canonicalJson } from './canonical-json.ts';

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

export function emptyCollectionHashes(collections: Collections): CollectionHashes {
  return Object.fromEntries(Object.keys(collections).map((name) => [name, '00'.repeat(32)]));
}

/**
 * `C(h) = sha256(C(h−1) ‖ u32be(h) ‖ E…)` for one collection, with `E = u32be(length) ‖ JSON of [key, row or null]` for
 * each changed key in key order.
 */
export function nextCollectionHash(
  previous: string,
  height: number,
  collection: Collection,
  changes: readonly RowChange[],
): string {
  const parts: Uint8Array[] = [hexToBytes(previous), uint32(height)];
  const ordered = [...changes].sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const change of ordered) {
    const row = change.after ?? change.before;
    if (row === null) continue;
    const json = encoder.encode(
      canonicalJson([
        canonicalKey(collection, row),
        change.after === null ? null : canonicalRow(collection, change.after),
      ]),
    );
    parts.push(uint32(json.length), json);
  }
  return bytesToHex(sha256(joinBytes(parts)));
}

/** All collections moved on by one block. */
export function nextCollectionHashes(
  previous: CollectionHashes,
  height: number,
  collections: Collections,
  changes: readonly RowChange[],
): CollectionHashes {
  const byCollection = Map.groupBy(changes, (change) => change.collection);
  return Object.fromEntries(
    Object.entries(collections).map(([name, collection]) => [
      name,
      nextCollectionHash(previous[name] ?? '00'.repeat(32), height, collection, byCollection.get(name) ?? []),
    ]),
  );
}

/** The block's changes hash: `sha256` over `name ‖ 0x00 ‖ C(h)` of all collections sorted by name. */
export function changesHash(hashes: CollectionHashes): string {
  const parts: Uint8Array[] = [];
  for (const name of Object.keys(hashes).sort()) {
    parts.push(encoder.encode(`${name}\u0000`), hexToBytes(hashes[name] ?? ''));
  }
  return bytesToHex(sha256(joinBytes(parts)));
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
