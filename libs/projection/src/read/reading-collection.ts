import type { Height } from '@virtualchain/bitcoin';
import {
  type CollectionReading,
  canonicalKey,
  integer,
  type Row,
  type Version,
  type VersionFilter,
} from '@virtualchain/machine';
import { countRows, type History, readVersions } from '../build/collection-history.ts';
import { inIndexOrder } from '../build/collection-table.ts';
import {
  all,
  always,
  beganAt,
  beganUpTo,
  behind,
  type Condition,
  current,
  equalTo,
  given,
  heldAt,
  noLessThan,
} from '../build/conditions.ts';
import { ROWS_PER_READ_MAX } from '../limits.ts';
import type { OperationReading } from './reading-operations.ts';

/** When a collection is read, and the operations that wrote it. */
export interface CollectionPlace {
  readonly height: Height;
  readonly isTip: boolean;
  readonly operations: OperationReading;
}

/** The options of the port with the types of rows forgotten. */
interface Filter {
  readonly equal?: Row;
  readonly atLeast?: Row;
}
interface Page extends Filter {
  readonly after?: Row;
  readonly limit?: number;
}
type Versions = VersionFilter<Row>;

/** A collection as it was at a height, and its history up to there. */
export function readCollection(history: History, place: CollectionPlace): CollectionReading {
  const { name, collection } = history;
  const { columns, key, indexes } = collection;
  const { height } = place;
  const holds: Condition = place.isTip ? current : heldAt(height);

  const orderOf = (index: string): readonly string[] => {
    const tuple = indexes[index];
    if (tuple === undefined) throw new TypeError(`${name} has no index ${JSON.stringify(index)}`);
    return inIndexOrder(tuple, key);
  };
  const filtered = ({ equal = {}, atLeast = {} }: Filter): Condition =>
    all(equalTo(columns, given(equal), equal), noLessThan(columns, atLeast));

  /** What ended above the height had not ended yet. */
  const upToHeight = ({ row, validFrom, validTo }: Version<Row>): Version<Row> => ({
    row,
    validFrom,
    validTo: validTo !== null && validTo > height ? null : validTo,
  });
  const upToHere = ({ beganAt: column }: Versions): Condition =>
    all(beganUpTo(height), column === undefined ? always : beganAt(column));

  const reading = {
    get: async (wanted: Row) => {
      const where = all(holds, equalTo(columns, key, wanted));
      return (await readVersions(history, { where, order: key, limit: 1 }))[0]?.row ?? null;
    },
    by: (index: string, prefix: Row, options: Page = {}) => {
      const fixed = given(prefix);
      const where = all(holds, equalTo(columns, fixed, prefix), filtered(options));
      return asRows(paged(history, { where, order: orderOf(index), fixed }, options));
    },
    count: (_index: string, prefix: Row, options: Filter = {}) =>
      countRows(history, all(holds, equalTo(columns, given(prefix), prefix), filtered(options))),
    all: (options: Page = {}) =>
      asRows(paged(history, { where: all(holds, filtered(options)), order: key, fixed: [] }, options)),
    total: (options: Filter = {}) => countRows(history, all(holds, filtered(options))),
    history: async (wanted: Row, options: Versions & { offset?: number; limit?: number } = {}) => {
      const where = all(equalTo(columns, key, wanted), upToHere(options));
      const limit = Math.min(options.limit ?? ROWS_PER_READ_MAX, ROWS_PER_READ_MAX);
      const page = { isNewestFirst: true, offset: options.offset ?? 0, limit };
      return (await readVersions(history, { where, ...page })).map(upToHeight);
    },
    async *everBy(index: string, prefix: Row, options: Versions = {}) {
      const fixed = given(prefix);
      const where = all(upToHere(options), equalTo(columns, fixed, prefix));
      const order = [...orderOf(index), 'valid_from'];
      for await (const raw of paged(history, { where, order, fixed }, {})) yield upToHeight(raw);
    },
    writtenBy: (wanted: Row, heights: readonly Height[]) =>
      place.operations.writing(name, canonicalKey(collection, wanted), heights),
  };
  return reading as unknown as CollectionReading;
}

/** What to read of a history: `fixed` are the leading columns of the order that `where` pins. */
interface Selection {
  readonly where: Condition;
  readonly order: readonly string[];
  readonly fixed: readonly string[];
}

/** Rows in order, a page at a time. */
async function* paged(
  history: History,
  { where, order, fixed }: Selection,
  { after, limit = Number.POSITIVE_INFINITY }: Page,
): AsyncGenerator<Version<Row>> {
  const free = order.filter((column) => !fixed.includes(column));
  const typed = { ...history.collection.columns, valid_from: integer() };
  let last = after;
  for (let left = limit; left > 0; ) {
    const size = Math.min(left, ROWS_PER_READ_MAX);
    const beyond = last === undefined ? always : behind(typed, free, last);
    const found = await readVersions(history, { where: all(where, beyond), order, limit: size });
    yield* found;
    const end = found.at(-1);
    if (end === undefined || found.length < size) return;
    left -= found.length;
    last = { ...end.row, valid_from: end.validFrom };
  }
}

async function* asRows(found: AsyncIterable<Version<Row>>): AsyncGenerator<Row> {
  for await (const { row } of found) yield row;
}
