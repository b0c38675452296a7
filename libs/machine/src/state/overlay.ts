import type { Collection, Row } from './collection.ts';
import { type EncodedKey, encodeTuple } from './key-order.ts';
import { SortedKeys } from './sorted-keys.ts';

/** A row that a batch wrote over one of its source, which stays there below it. */
export interface Written {
  /** What the source holds under this key. */
  readonly base: Row | null;
  readonly row: Row | null;
  /** Counts the keys of the overlay: a key with a higher number than another was written later. */
  readonly number: number;
}

/** Rows by their place in an index: its columns, then the key. */
class IndexedRows {
  readonly #order = new SortedKeys();
  readonly #rows = new Map<string, Row>();

  /** Puts a row in place of another, which may stand elsewhere; null where there is none. */
  replace(from: string | null, to: string | null, row: Row | null): void {
    if (from !== null && from !== to) {
      this.#order.delete(from);
      this.#rows.delete(from);
    }
    if (to === null || row === null) return;
    if (from !== to) this.#order.add(to);
    this.#rows.set(to, row);
  }

  /** In order; a place is behind the row it is of. */
  *range(prefix: string, after: string): Generator<{ readonly at: string; readonly row: Row }> {
    for (const at of this.#order.range(prefix, after)) yield { at, row: this.#rows.get(at) as Row };
  }

  count(prefix: string): number {
    let count = 0;
    for (const _at of this.#order.range(prefix, '')) count++;
    return count;
  }
}

interface OverlayIndex {
  readonly columns: readonly string[];
  readonly rows: IndexedRows;
  /** What the source holds under the keys that were written. */
  readonly bases: IndexedRows;
}

/**
 * What a batch wrote to one collection. An index of the collection is kept over it from the first question on that needs it,
 * so that an answer costs what it holds, not what the batch has written.
 */
export class Overlay {
  readonly #collection: Collection;
  readonly #written = new Map<EncodedKey, Written>();
  readonly #indexes = new Map<string, OverlayIndex>();

  constructor(collection: Collection) {
    this.#collection = collection;
  }

  /** How many keys were written; the number that the next one gets. */
  get size(): number {
    return this.#written.size;
  }

  get(key: EncodedKey): Written | undefined {
    return this.#written.get(key);
  }

  /** Writes a row, null to delete it. `base` is what the source has, and counts at the first write of a key. */
  set(key: EncodedKey, base: Row | null, row: Row | null): void {
    const before = this.#written.get(key);
    const written = { base: before === undefined ? base : before.base, row, number: before?.number ?? this.size };
    this.#written.set(key, written);
    for (const index of this.#indexes.values()) {
      if (before === undefined) index.bases.replace(null, this.#place(index, base), base);
      index.rows.replace(this.#place(index, before?.row ?? null), this.#place(index, row), row);
    }
  }

  /** Written rows whose first index columns have the encoding `prefix`, behind the place `after`, in order. */
  range(index: string, prefix: string, after: string): Iterable<{ readonly at: string; readonly row: Row }> {
    if (this.size === 0) return [];
    return this.#index(index).rows.range(prefix, after);
  }

  /** How many rows more, or fewer, a range has than it has in the source. */
  difference(index: string, prefix: string): number {
    if (this.size === 0) return 0;
    const { rows, bases } = this.#index(index);
    return rows.count(prefix) - bases.count(prefix);
  }

  #index(name: string): OverlayIndex {
    const known = this.#indexes.get(name);
    if (known !== undefined) return known;
    const columns = [...(this.#collection.indexes[name] ?? []), ...this.#collection.key];
    const made: OverlayIndex = { columns, rows: new IndexedRows(), bases: new IndexedRows() };
    for (const { base, row } of this.#written.values()) {
      made.bases.replace(null, this.#place(made, base), base);
      made.rows.replace(null, this.#place(made, row), row);
    }
    this.#indexes.set(name, made);
    return made;
  }

  #place({ columns }: OverlayIndex, row: Row | null): string | null {
    return row === null ? null : encodeTuple(this.#collection.columns, columns, row);
  }
}
