import { type Collection, type EncodedKey, encodeTuple, type IndexRange, type Row } from '@virtualchain/machine';
import { given, isStorable } from '../build/conditions.ts';

/** The first rows of a range, in its order. */
interface KnownRange {
  readonly rows: readonly Row[];
  /** Whether these are all of them. */
  readonly isWhole: boolean;
  /** Where the rows are in the index, once somebody asks for what is behind one. */
  places: readonly EncodedKey[] | null;
}

/** Ranges of the indexes of one collection that were read ahead, as they were before what a run writes. */
export class RangeCache {
  readonly #collection: Collection;
  readonly #rowsMax: number;
  readonly #ranges = new Map<string, KnownRange>();
  /** How many rows all ranges have together. */
  #rows = 0;

  /** `rowsMax` bounds what single pages add to the ranges that were read ahead. */
  constructor(collection: Collection, rowsMax: number) {
    this.#collection = collection;
    this.#rowsMax = rowsMax;
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
      this.#set(range, ordered, rows.length < rowsMax);
    }
  }

  /** Takes on a page of a range that goes on behind what is known of it: who reads on once mostly does so again. */
  follow(range: IndexRange, after: Row | null, page: readonly Row[], limit: number): void {
    if (this.#rows + page.length > this.#rowsMax) return;
    const known = this.#ranges.get(this.#nameOf(range));
    if (after === null) this.#set(range, page, page.length < limit);
    else if (known !== undefined) {
      const { rows } = known;
      const first = this.#firstBehind(range, known, after);
      const last = rows[first - 1];
      if (last === undefined || this.#place(range, last) !== this.#place(range, after)) return;
      this.#set(range, [...rows.slice(0, first), ...page], page.length < limit);
    }
  }

  #set(range: IndexRange, rows: readonly Row[], isWhole: boolean): void {
    const name = this.#nameOf(range);
    this.#rows += rows.length - (this.#ranges.get(name)?.rows.length ?? 0);
    this.#ranges.set(name, { rows, isWhole, places: null });
  }

  /** The next rows of a range behind `after`; undefined when it is not known, or not that far. */
  page(range: IndexRange, after: Row | null, limit: number): readonly Row[] | undefined {
    const known = this.#ranges.get(this.#nameOf(range));
    if (known === undefined) return undefined;
    const first = after === null ? 0 : this.#firstBehind(range, known, after);
    return known.isWhole || known.rows.length - first >= limit ? known.rows.slice(first, first + limit) : undefined;
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

  #firstBehind(range: IndexRange, known: KnownRange, after: Row): number {
    known.places ??= known.rows.map((row) => this.#place(range, row));
    const from = this.#place(range, after);
    const first = known.places.findIndex((place) => place > from);
    return first < 0 ? known.rows.length : first;
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
