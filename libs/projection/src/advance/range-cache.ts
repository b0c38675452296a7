import { type Collection, type EncodedKey, encodeTuple, type IndexRange, type Row } from '@virtualchain/machine';
import { given, isStorable } from '../build/conditions.ts';

/** The first rows of a range, in its order. */
interface KnownRange {
  readonly rows: readonly Row[];
  /** Whether these are all of them. */
  readonly isWhole: boolean;
}

/** Ranges of the indexes of one collection that were read ahead, as they were before what a run writes. */
export class RangeCache {
  readonly #collection: Collection;
  readonly #ranges = new Map<string, KnownRange>();

  constructor(collection: Collection) {
    this.#collection = collection;
  }

  has(range: IndexRange): boolean {
    return this.#ranges.has(this.#nameOf(range));
  }

  /** Keeps ranges of one index that were read together: of each no more than `rowsMax` rows, its first ones. */
  keep(ranges: readonly IndexRange[], found: readonly Row[], rowsMax: number): void {
    const [first] = ranges;
    if (first === undefined) return;
    const columns = this.#columnsOf(first);
    const byRange = Map.groupBy(found, (row) => encodeTuple(this.#collection.columns, columns, row));
    for (const range of ranges) {
      const rows = byRange.get(encodeTuple(this.#collection.columns, columns, range.prefix)) ?? [];
      const ordered = rows.length < 2 ? rows : this.#ordered(range, rows);
      this.#ranges.set(this.#nameOf(range), { rows: ordered, isWhole: rows.length < rowsMax });
    }
  }

  /** The next rows of a range behind `after`; undefined when it is not known, or not that far. */
  page(range: IndexRange, after: Row | null, limit: number): readonly Row[] | undefined {
    const known = this.#ranges.get(this.#nameOf(range));
    if (known === undefined) return undefined;
    const rows = after === null ? known.rows : this.#behind(range, known.rows, after);
    return known.isWhole || rows.length >= limit ? rows.slice(0, limit) : undefined;
  }

  count(range: IndexRange): number | undefined {
    const known = this.#ranges.get(this.#nameOf(range));
    return known?.isWhole ? known.rows.length : undefined;
  }

  #ordered(range: IndexRange, rows: readonly Row[]): readonly Row[] {
    return rows
      .map((row) => ({ row, at: this.#place(range, row) }))
      .sort((a, b) => (a.at < b.at ? -1 : 1))
      .map(({ row }) => row);
  }

  #behind(range: IndexRange, rows: readonly Row[], after: Row): readonly Row[] {
    const from = this.#place(range, after);
    return rows.filter((row) => this.#place(range, row) > from);
  }

  #place({ index }: IndexRange, row: Row): EncodedKey {
    const { columns, key, indexes } = this.#collection;
    return encodeTuple(columns, [...(indexes[index] ?? []), ...key], row);
  }

  #nameOf(range: IndexRange): string {
    return `${range.index} ${encodeTuple(this.#collection.columns, this.#columnsOf(range), range.prefix)}`;
  }

  #columnsOf({ index, prefix }: IndexRange): readonly string[] {
    return (this.#collection.indexes[index] ?? []).filter((name) => prefix[name] !== undefined);
  }
}

/**
 * Ranges that one query can read together: of one index, by the same columns. A whole index, and ranges with a null or with a
 * text that no row has, are left to single questions.
 */
export function* readTogether(ranges: readonly IndexRange[]): Generator<readonly IndexRange[]> {
  const askable = ranges.filter(({ prefix }) => {
    const names = given(prefix);
    return names.length > 0 && names.every((name) => prefix[name] !== null && isStorable(prefix[name]));
  });
  yield* Map.groupBy(askable, ({ index, prefix }) => [index, ...given(prefix).toSorted()].join(' ')).values();
}
