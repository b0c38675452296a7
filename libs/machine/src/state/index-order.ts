import type { Collection, Row } from './collection.ts';
import { type EncodedKey, encodeTuple } from './key-order.ts';
import { SortedKeys } from './sorted-keys.ts';

/** A row's place in an index: its columns there, then its key, encoded. */
export type Place = string;

/** The keys of rows in the order of one index of their collection. */
export class IndexOrder {
  readonly #collection: Collection;
  readonly #indexed: readonly string[];
  readonly #columns: readonly string[];
  readonly #places = new SortedKeys();
  readonly #keys = new Map<Place, EncodedKey>();

  constructor(collection: Collection, index: string) {
    this.#collection = collection;
    this.#indexed = collection.indexes[index] ?? [];
    this.#columns = [...this.#indexed, ...collection.key];
  }

  placeOf(row: Row): Place {
    return encodeTuple(this.#collection.columns, this.#columns, row);
  }

  /** Puts a row of a key in place of the one before, null where there is none. Most changes leave a row where it was. */
  replace(key: EncodedKey, old: Row | null, row: Row | null): void {
    if (old === null ? row === null : row !== null && this.#indexed.every((name) => old[name] === row[name])) return;
    const from = old === null ? null : this.placeOf(old);
    const to = row === null ? null : this.placeOf(row);
    if (from === to) return;
    if (from !== null) {
      this.#places.delete(from);
      this.#keys.delete(from);
    }
    if (to !== null) {
      this.#places.add(to);
      this.#keys.set(to, key);
    }
  }

  /** Places of rows whose first index columns have the encoding `prefix`, behind the place `after`, in order. */
  range(prefix: string, after: Place, limit: number): readonly Place[] {
    return this.#places.range(prefix, after, limit);
  }

  keyAt(place: Place): EncodedKey {
    return this.#keys.get(place) as EncodedKey;
  }

  count(prefix: string): number {
    return this.#places.count(prefix);
  }
}
