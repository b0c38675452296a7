import type { Collection, Row } from './collection.ts';
import { IndexOrder, type Place } from './index-order.ts';
import type { EncodedKey } from './key-order.ts';

/** A row that a batch wrote over one of its source, which stays there below it. */
export interface Written {
  /** What the source holds under this key. */
  readonly base: Row | null;
  readonly row: Row | null;
  /** Counts the keys of the overlay: a key with a higher number than another was written later. */
  readonly number: number;
}

/** What stands at a place of an index. */
export interface Placed {
  readonly at: Place;
  readonly row: Row;
}

/** The keys that were written in the order of an index, by the rows that were written and by those of the source. */
interface OverlayIndex {
  readonly rows: IndexOrder;
  readonly bases: IndexOrder;
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
    for (const { rows, bases } of this.#indexes.values()) {
      if (before === undefined) bases.replace(key, null, base);
      rows.replace(key, before?.row ?? null, row);
    }
  }

  /** Written rows whose first index columns have the encoding `prefix`, behind the place `after`, in order. */
  range(index: string, prefix: string, after: Place, limit: number): readonly Placed[] {
    if (this.size === 0) return [];
    const { rows } = this.#index(index);
    return rows.range(prefix, after, limit).map((at) => {
      return { at, row: this.#written.get(rows.keyAt(at))?.row as Row };
    });
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
    const made = { rows: new IndexOrder(this.#collection, name), bases: new IndexOrder(this.#collection, name) };
    for (const [key, { base, row }] of this.#written) {
      made.bases.replace(key, null, base);
      made.rows.replace(key, null, row);
    }
    this.#indexes.set(name, made);
    return made;
  }
}
