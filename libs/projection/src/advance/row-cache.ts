import type { EncodedKey, Row } from '@virtualchain/machine';
import { CACHED_BYTES_MAX, CACHED_ROW_OVERHEAD_BYTES, CACHED_ROWS_MAX } from '../limits.ts';
import { KeyFilter } from './key-filter.ts';

interface Kept {
  readonly row: Row | null;
  readonly bytes: number;
}

/**
 * Current rows by collection and key, null where there is none; bounded in rows and in bytes. What was kept first goes first,
 * of the collection with the most rows. Our own, because `lru-cache` moves an entry at every read and cannot keep that there
 * is no row.
 */
export class RowCache {
  /** The keys that ever had a row, of collections that had none at first. */
  readonly #keys = new Map<string, KeyFilter>();
  readonly #kept = new Map<string, Map<EncodedKey, Kept>>();
  readonly #rowsMax: number;
  readonly #bytesMax: number;
  #rows = 0;
  #bytes = 0;

  constructor(rowsMax: number = CACHED_ROWS_MAX, bytesMax: number = CACHED_BYTES_MAX) {
    this.#rowsMax = rowsMax;
    this.#bytesMax = bytesMax;
  }

  /** Undefined when it is not known here. */
  get(collection: string, key: EncodedKey): Row | null | undefined {
    return this.#kept.get(collection)?.get(key)?.row;
  }

  /** The collection has no row now, and every one to come is kept here: other keys than theirs need not be asked for. */
  startEmpty(collection: string): void {
    this.#keys.set(collection, new KeyFilter());
  }

  /** Whether there never was a row of the key, by all that is known here. */
  isUnheardOf(collection: string, key: EncodedKey): boolean {
    return this.#keys.get(collection)?.mayHave(key) === false;
  }

  /** Keeps it, in any case until the next one is kept. */
  keep(collection: string, key: EncodedKey, row: Row | null): void {
    let kept = this.#kept.get(collection);
    if (kept === undefined) {
      kept = new Map();
      this.#kept.set(collection, kept);
    }
    if (kept.has(key)) this.#drop(kept, key);
    if (row !== null) this.#keys.get(collection)?.add(key);
    const bytes = CACHED_ROW_OVERHEAD_BYTES + 2 * key.length + (row === null ? 0 : bytesOfRow(row));
    while (this.#rows > 0 && (this.#rows >= this.#rowsMax || this.#bytes + bytes > this.#bytesMax)) this.#dropFirst();
    kept.set(key, { row, bytes });
    this.#rows += 1;
    this.#bytes += bytes;
  }

  /** Forgets what the rows are now, not which keys were ever heard of. */
  clear(): void {
    this.#kept.clear();
    this.#rows = 0;
    this.#bytes = 0;
  }

  #dropFirst(): void {
    let most = new Map<EncodedKey, Kept>();
    for (const kept of this.#kept.values()) if (kept.size > most.size) most = kept;
    this.#drop(most, most.keys().next().value as EncodedKey);
  }

  #drop(from: Map<EncodedKey, Kept>, key: EncodedKey): void {
    const kept = from.get(key);
    if (kept === undefined) return;
    from.delete(key);
    this.#rows -= 1;
    this.#bytes -= kept.bytes;
  }
}

function bytesOfRow(row: Row): number {
  let bytes = 0;
  for (const column in row) bytes += bytesOf(row[column]);
  return bytes;
}

/** About what a field takes. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return 2 * value.length;
  if (value instanceof Uint8Array) return value.length;
  return Array.isArray(value) ? value.reduce((sum: number, item) => sum + bytesOf(item), 0) : 8;
}
