import type { EncodedKey, Row } from '@virtualchain/machine';
import { CACHED_BYTES_MAX, CACHED_ROW_OVERHEAD_BYTES, CACHED_ROWS_MAX } from '../limits.ts';

interface Kept {
  readonly row: Row | null;
  readonly bytes: number;
}

/**
 * Current rows by collection and key, null where there is none; bounded in rows and in bytes, the first kept goes first. Our
 * own, because `lru-cache` moves an entry at every read and cannot keep that there is no row.
 */
export class RowCache {
  readonly #kept = new Map<string, Kept>();
  readonly #rowsMax: number;
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(rowsMax: number = CACHED_ROWS_MAX, bytesMax: number = CACHED_BYTES_MAX) {
    this.#rowsMax = rowsMax;
    this.#bytesMax = bytesMax;
  }

  /** Undefined when it is not known here. */
  get(collection: string, key: EncodedKey): Row | null | undefined {
    return this.#kept.get(nameOf(collection, key))?.row;
  }

  has(collection: string, key: EncodedKey): boolean {
    return this.#kept.has(nameOf(collection, key));
  }

  /** Keeps it, in any case until the next one is kept. */
  keep(collection: string, key: EncodedKey, row: Row | null): void {
    const name = nameOf(collection, key);
    this.#drop(name);
    const bytes = CACHED_ROW_OVERHEAD_BYTES + 2 * name.length + (row === null ? 0 : bytesOfRow(row));
    while (this.#kept.size > 0 && (this.#kept.size >= this.#rowsMax || this.#bytes + bytes > this.#bytesMax)) {
      this.#drop(this.#kept.keys().next().value as string);
    }
    this.#kept.set(name, { row, bytes });
    this.#bytes += bytes;
  }

  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }

  #drop(name: string): void {
    const kept = this.#kept.get(name);
    if (kept === undefined) return;
    this.#kept.delete(name);
    this.#bytes -= kept.bytes;
  }
}

function nameOf(collection: string, key: EncodedKey): string {
  return `${collection} ${key}`;
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
