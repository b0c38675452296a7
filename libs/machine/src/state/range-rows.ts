import { ROWS_PER_PAGE_MAX } from '../limits.ts';
import type { PageOptions } from '../state-machine.ts';
import type { Collection, Row } from './collection.ts';
import { encodeTuple } from './key-order.ts';
import type { Overlay, Placed } from './overlay.ts';
import { type IndexRange, prefixColumns, type StateSource } from './state-source.ts';

/** What a range is read from: a source of rows, and what was written over them. */
export interface RangeState {
  readonly source: StateSource;
  readonly name: string;
  readonly collection: Collection;
  readonly overlay: Overlay;
}

const DONE: IteratorResult<Row> = { value: undefined, done: true };

/**
 * The rows of a range one by one: merges the pages of the source with the overlay, whose rows stand in for the source's. What
 * is written while the caller iterates does not show: the rows are those of when it began. By hand, since a generator would
 * wait three times for each row.
 */
export class RangeRows implements AsyncIterableIterator<Row> {
  readonly #state: RangeState;
  readonly #range: IndexRange;
  /** How many rows are still wanted. */
  #left: number;
  /** The last row that was seen of the source. */
  #from: Row | null;
  #written: { readonly rows: readonly Placed[]; readonly keys: number } | undefined;
  /** The next of the written rows. */
  #nextWritten = 0;
  #page: readonly Row[] = [];
  #next = 0;
  #isDone = false;

  constructor(state: RangeState, range: IndexRange, options: PageOptions<Row> = {}) {
    this.#state = state;
    this.#range = range;
    this.#left = options.limit ?? Number.POSITIVE_INFINITY;
    this.#from = options.after ?? null;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Row>> {
    if (this.#next < this.#page.length) return Promise.resolve({ value: this.#page[this.#next++] as Row, done: false });
    return this.#turn();
  }

  async return(): Promise<IteratorResult<Row>> {
    this.#isDone = true;
    this.#page = [];
    return DONE;
  }

  /** The first row of the next page that has one. */
  async #turn(): Promise<IteratorResult<Row>> {
    while (!this.#isDone) {
      const wanted = Math.min(this.#left, ROWS_PER_PAGE_MAX);
      const written = this.#writtenBefore();
      const found =
        wanted === 0 ? [] : await this.#state.source.page(this.#state.name, this.#range, this.#from, wanted);
      this.#isDone = found.length < wanted || wanted === 0;
      this.#page = this.#merged(found, written);
      this.#left -= this.#page.length;
      this.#from = found.at(-1) ?? this.#from;
      this.#next = 1;
      if (this.#page.length > 0) return { value: this.#page[0] as Row, done: false };
    }
    return DONE;
  }

  /** The written rows of the range as they were at the beginning, and how many keys had been written then. */
  #writtenBefore(): { readonly rows: readonly Placed[]; readonly keys: number } {
    if (this.#written !== undefined) return this.#written;
    const { name, collection, overlay } = this.#state;
    const given = prefixColumns(name, collection, this.#range);
    const after = this.#from === null ? '' : this.#placeOf(this.#from);
    const prefix = encodeTuple(collection.columns, given, this.#range.prefix);
    this.#written = { rows: overlay.range(this.#range.index, prefix, after, this.#left), keys: overlay.size };
    return this.#written;
  }

  #merged(found: readonly Row[], written: { readonly rows: readonly Placed[]; readonly keys: number }): readonly Row[] {
    const { collection, overlay } = this.#state;
    const { columns, key } = collection;
    const merged: Row[] = [];
    for (const row of found) {
      const over = overlay.size === 0 ? undefined : overlay.get(encodeTuple(columns, key, row));
      if (over !== undefined && over.number < written.keys) continue;
      if (this.#nextWritten < written.rows.length) this.#takeWritten(merged, written.rows, this.#placeOf(row));
      merged.push(row);
    }
    if (this.#isDone) this.#takeWritten(merged, written.rows, null);
    return merged.length > this.#left ? merged.slice(0, this.#left) : merged;
  }

  /** Takes the written rows that come before a place, or all that are left. */
  #takeWritten(merged: Row[], written: readonly Placed[], before: string | null): void {
    for (let mine = written[this.#nextWritten]; mine !== undefined; mine = written[++this.#nextWritten]) {
      if (before !== null && mine.at >= before) return;
      merged.push(mine.row);
    }
  }

  #placeOf(row: Row): string {
    const { columns, indexes, key } = this.#state.collection;
    return encodeTuple(columns, [...(indexes[this.#range.index] ?? []), ...key], row);
  }
}
