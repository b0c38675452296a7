import type { Collection, Collections, Row } from './collection.ts';
import type { EncodedKey } from './key-order.ts';

/** Committed rows, wherever they are kept: what the working state of a batch lies on. */
export interface StateSource {
  readonly collections: Collections;
  /** The current row of a key. `row` holds at least the key columns. */
  get(collection: string, key: EncodedKey, row: Row): Promise<Row | null>;
  /** The same where it can be said at once: null where there is no row, undefined where it has to be asked for. */
  known?(collection: string, key: EncodedKey): Row | null | undefined;
  /** Brings rows near, for `get`s to come, and answers those that were not near before. A hint. */
  prefetch?(collection: string, keys: ReadonlyMap<EncodedKey, Row>): Promise<readonly Row[]>;
  /** The same for ranges, for `page`s and `count`s to come. */
  prefetchRanges?(collection: string, ranges: readonly IndexRange[]): Promise<readonly Row[]>;
  /** Current rows of a range, in the order of the index then the key, behind `after`. */
  page(collection: string, range: IndexRange, after: Row | null, limit: number): Promise<readonly Row[]>;
  count(collection: string, range: IndexRange): Promise<number>;
}

/** The rows whose first columns of an index equal those of `prefix`. */
export interface IndexRange {
  readonly index: string;
  readonly prefix: Row;
}

/**
 * The columns that the prefix of a range names, in the order of its index.
 *
 * @throws TypeError when the collection has no such index, or when they are not its first columns.
 */
export function prefixColumns(name: string, { indexes }: Collection, { index, prefix }: IndexRange): readonly string[] {
  const columns = indexes[index];
  if (columns === undefined) throw new TypeError(`${name} has no index ${JSON.stringify(index)}`);
  const given = Object.keys(prefix);
  if (!given.every((column) => columns.indexOf(column) >= 0 && columns.indexOf(column) < given.length)) {
    throw new TypeError(
      `${name}.${index}: the prefix ${given.join(', ')} is not the beginning of ${columns.join(', ')}`,
    );
  }
  return columns.filter((column) => prefix[column] !== undefined);
}
