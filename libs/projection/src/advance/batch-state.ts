import { errorText } from '@virtualchain/kernel';
import {
  type Collections,
  type EncodedKey,
  encodeTuple,
  type IndexRange,
  type Row,
  type RowChange,
  type StateSource,
  StateUnavailable,
} from '@virtualchain/machine';
import type { Build } from '../build/build.ts';
import { countRows, historyOf, readHeld, readRanges, readVersions } from '../build/collection-history.ts';
import { inIndexOrder } from '../build/collection-table.ts';
import { all, always, behind, type Condition, current, equalTo, given } from '../build/conditions.ts';
import { KEYS_PER_QUERY_MAX, ROWS_PER_RANGE_MAX, ROWS_READ_AHEAD_MAX } from '../limits.ts';
import { RangeCache, readTogether } from './range-cache.ts';
import type { RowCache } from './row-cache.ts';

/**
 * The rows below what a run of blocks writes: those in Postgres, read inside the batch's own transaction and through a
 * bounded cache of current rows. The cache is the batch's until its COMMIT is acknowledged.
 */
export class BatchState implements StateSource {
  readonly collections: Collections;
  readonly #build: Build;
  readonly #rows: RowCache;
  readonly #holds: Condition;
  /** What was read ahead, by collection: it holds until the run is written, and no longer. */
  readonly #ranges = new Map<string, RangeCache>();

  /** `holds` says which rows the state has: those of now, or of a past height; the cache then has none but these. */
  constructor(build: Build, rows: RowCache, holds: Condition = current) {
    this.collections = build.machine.collections;
    this.#build = build;
    this.#rows = rows;
    this.#holds = holds;
  }

  /** Takes on what a run did that is written now. */
  written(changes: readonly RowChange[]): void {
    this.forgetRanges();
    for (const { collection, key, after } of changes) this.#rows.keep(collection, key, after);
  }

  /** Gives back the room of what was read ahead. */
  forgetRanges(): void {
    this.#ranges.clear();
  }

  known(collection: string, key: EncodedKey): Row | null | undefined {
    const cached = this.#rows.get(collection, key);
    return cached === undefined && this.#rows.isUnheardOf(collection, key) ? null : cached;
  }

  async get(collection: string, key: EncodedKey, row: Row): Promise<Row | null> {
    const known = this.known(collection, key);
    if (known !== undefined) return known;
    await this.prefetch(collection, new Map([[key, row]]));
    return this.#rows.get(collection, key) ?? null;
  }

  async prefetch(name: string, keys: ReadonlyMap<EncodedKey, Row>): Promise<readonly Row[]> {
    const history = historyOf(this.#build, name);
    const { columns, key: keyColumns } = history.collection;
    const missing: [EncodedKey, Row][] = [];
    keys.forEach((row, key) => {
      if (this.known(name, key) === undefined) missing.push([key, row]);
    });
    const read: Row[] = [];
    for (let i = 0; i < missing.length; i += KEYS_PER_QUERY_MAX) {
      const part = missing.slice(i, i + KEYS_PER_QUERY_MAX);
      const found = await orUnavailable(() =>
        readHeld(
          history,
          part.map(([, row]) => row),
          this.#holds,
        ),
      );
      for (const [key] of part) this.#rows.keep(name, key, null);
      for (const row of found) this.#rows.keep(name, encodeTuple(columns, keyColumns, row), row);
      for (const row of found) read.push(row);
    }
    return read;
  }

  async prefetchRanges(name: string, ranges: readonly IndexRange[]): Promise<readonly Row[]> {
    const history = historyOf(this.#build, name);
    const { columns, key } = history.collection;
    const cache = this.#rangesOf(name);
    const missing = ranges.filter((range) => !cache.has(range));
    const read: Row[] = [];
    for (const group of readTogether(missing)) {
      for (let i = 0; i < group.length; i += KEYS_PER_QUERY_MAX) {
        const part = group.slice(i, i + KEYS_PER_QUERY_MAX);
        const [{ index }] = part as [IndexRange];
        const prefixes = part.map(({ prefix }) => prefix);
        const limits = { holds: this.#holds, perRange: ROWS_PER_RANGE_MAX, inAll: ROWS_READ_AHEAD_MAX - read.length };
        const found = await orUnavailable(() => readRanges(history, index, prefixes, limits));
        if (found === null) return read; // the rest is asked for when it is wanted
        cache.keep(part, found, ROWS_PER_RANGE_MAX);
        for (const row of found) this.#rows.keep(name, encodeTuple(columns, key, row), row);
        for (const row of found) read.push(row);
      }
    }
    return read;
  }

  async page(name: string, range: IndexRange, after: Row | null, limit: number): Promise<readonly Row[]> {
    const known = this.#ranges.get(name)?.page(range, after, limit);
    if (known !== undefined) return known;
    const { index, prefix } = range;
    const history = historyOf(this.#build, name);
    const { columns, key, indexes } = history.collection;
    const order = inIndexOrder(indexes[index] ?? [], key);
    const fixed = given(prefix);
    const free = order.filter((column) => !fixed.includes(column));
    const beyond = after === null ? always : behind(columns, free, after);
    const where = all(this.#holds, equalTo(columns, fixed, prefix), beyond);
    const versions = await orUnavailable(() => readVersions(history, { where, order, limit }));
    const rows = versions.map(({ row }) => row);
    this.#rangesOf(name).follow(range, after, rows, limit);
    return rows;
  }

  async count(name: string, range: IndexRange): Promise<number> {
    const known = this.#ranges.get(name)?.count(range);
    if (known !== undefined) return known;
    const { prefix } = range;
    const history = historyOf(this.#build, name);
    const where = all(this.#holds, equalTo(history.collection.columns, given(prefix), prefix));
    return orUnavailable(() => countRows(history, where));
  }

  #rangesOf(name: string): RangeCache {
    const known =
      this.#ranges.get(name) ?? new RangeCache(historyOf(this.#build, name).collection, ROWS_READ_AHEAD_MAX);
    this.#ranges.set(name, known);
    return known;
  }
}

async function orUnavailable<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (cause) {
    if (isUnreadable(cause)) throw cause;
    throw new StateUnavailable(errorText(cause), { cause });
  }
}

/** A row that was read and makes no sense: another try finds the same. */
function isUnreadable(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
}
