import type { Collections, Row } from './collection.ts';
import type { EncodedKey } from './key-order.ts';

/** Committed rows, wherever they are kept: what the working state of a batch lies on. */
export interface StateSource {
  readonly collections: Collections;
  /** The current row of a key. `row` holds at least the key columns. */
  get(collection: string, key: EncodedKey, row: Row): Promise<Row | null>;
  /** Brings rows near, for `get`s to come. A hint. */
  prefetch?(collection: string, keys: ReadonlyMap<EncodedKey, Row>): Promise<void>;
  /** Current rows of a range, in the order of the index then the key, behind `after`. */
  page(collection: string, range: IndexRange, after: Row | null, limit: number): Promise<readonly Row[]>;
  count(collection: string, range: IndexRange): Promise<number>;
}

/** The rows whose first columns of an index equal those of `prefix`. */
export interface IndexRange {
  readonly index: string;
  readonly prefix: Row;
}
