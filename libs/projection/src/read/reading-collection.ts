import type { Height } from '@virtualchain/bitcoin';
import {
  type Collection,
  type CollectionReading,
  canonicalKey,
  integer,
  type Row,
  type Version,
  type VersionFilter,
} from '@virtualchain/machine';
import { sql } from 'kysely';
import type { Db } from '../build/database.ts';
import { rowFromSql } from '../build/sql-columns.ts';
import { ROWS_PER_READ_MAX } from '../limits.ts';
import type { OperationReading } from './reading-operations.ts';
import { all, always, behind, type Condition, equalTo, given, inOrder, noLessThan, ref } from './reading-sql.ts';

/** Where a collection is read: the view of its history, at a height of the transaction `db`. */
export interface CollectionPlace {
  readonly db: Db;
  readonly views: string;
  readonly name: string;
  readonly height: Height;
  readonly isTip: boolean;
  readonly operations: OperationReading;
}

type Found = Readonly<Record<string, unknown>>;
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
export function readCollection(place: CollectionPlace, collection: Collection): CollectionReading {
  const { columns, key, indexes } = collection;
  const table = sql`${sql.table(`${place.views}.${place.name}_history`)} t`;
  const { height } = place;
  const holds: Condition = place.isTip
    ? sql`t.valid_to is null`
    : sql`t.valid_from <= ${height} and (t.valid_to is null or t.valid_to > ${height})`;

  const rows = async (where: Condition, order: readonly string[], limit: number): Promise<readonly Found[]> => {
    const query = sql<Found>`select t.* from ${table} where ${where} order by ${inOrder(order)} limit ${limit}`;
    return (await query.execute(place.db)).rows;
  };
  const count = async (where: Condition): Promise<number> => {
    const { rows: counted } = await sql<{ n: string }>`select count(*) as n from ${table} where ${where}`.execute(
      place.db,
    );
    return Number(counted[0]?.n ?? 0);
  };
  const orderOf = (index: string): readonly string[] => {
    const tuple = indexes[index];
    if (tuple === undefined) throw new TypeError(`${place.name} has no index ${JSON.stringify(index)}`);
    return [...tuple, ...key.filter((column) => !tuple.includes(column))];
  };
  const filtered = ({ equal = {}, atLeast = {} }: Filter): Condition =>
    all(equalTo(columns, given(equal), equal), noLessThan(columns, atLeast));

  /** Rows in order, a page at a time. `fixed` are the leading columns that `where` pins. */
  async function* paged(
    where: Condition,
    order: readonly string[],
    fixed: readonly string[],
    { after, limit = Number.POSITIVE_INFINITY }: Page,
  ): AsyncGenerator<Found> {
    const free = order.filter((column) => !fixed.includes(column));
    const typed = { ...columns, valid_from: integer() };
    let last = after;
    for (let left = limit; left > 0; ) {
      const size = Math.min(left, ROWS_PER_READ_MAX);
      const found = await rows(all(where, last === undefined ? always : behind(typed, free, last)), order, size);
      yield* found;
      const end = found.at(-1);
      if (end === undefined || found.length < size) return;
      left -= found.length;
      last = { ...rowFromSql(columns, end), valid_from: Number(end['valid_from']) };
    }
  }

  async function* asRows(found: AsyncIterable<Found>): AsyncGenerator<Row> {
    for await (const raw of found) yield rowFromSql(columns, raw);
  }

  const asVersion = (raw: Found): Version<Row> => {
    const end = raw['valid_to'] === null ? null : (Number(raw['valid_to']) as Height);
    return {
      row: rowFromSql(columns, raw),
      validFrom: Number(raw['valid_from']) as Height,
      validTo: end !== null && end > height ? null : end,
    };
  };
  const upToHere = ({ beganAt }: Versions): Condition =>
    all(sql`t.valid_from <= ${height}`, beganAt === undefined ? always : sql`t.valid_from = ${ref(beganAt)}`);

  const reading = {
    get: async (wanted: Row) => {
      const [found] = await rows(all(holds, equalTo(columns, key, wanted)), key, 1);
      return found === undefined ? null : rowFromSql(columns, found);
    },
    by: (index: string, prefix: Row, options: Page = {}) => {
      const fixed = given(prefix);
      const where = all(holds, equalTo(columns, fixed, prefix), filtered(options));
      return asRows(paged(where, orderOf(index), fixed, options));
    },
    count: (_index: string, prefix: Row, options: Filter = {}) =>
      count(all(holds, equalTo(columns, given(prefix), prefix), filtered(options))),
    all: (options: Page = {}) => asRows(paged(all(holds, filtered(options)), key, [], options)),
    total: (options: Filter = {}) => count(all(holds, filtered(options))),
    history: async (wanted: Row, options: Versions & { offset?: number; limit?: number } = {}) => {
      const { rows: found } = await sql<Found>`select t.* from ${table}
        where ${all(equalTo(columns, key, wanted), upToHere(options))}
        order by t.valid_from desc offset ${options.offset ?? 0}
        limit ${Math.min(options.limit ?? ROWS_PER_READ_MAX, ROWS_PER_READ_MAX)}`.execute(place.db);
      return found.map(asVersion);
    },
    async *everBy(index: string, prefix: Row, options: Versions = {}) {
      const fixed = given(prefix);
      const where = all(upToHere(options), equalTo(columns, fixed, prefix));
      for await (const raw of paged(where, [...orderOf(index), 'valid_from'], fixed, {})) yield asVersion(raw);
    },
    writtenBy: (wanted: Row, heights: readonly Height[]) =>
      place.operations.writing(place.name, canonicalKey(collection, wanted), heights),
  };
  return reading as unknown as CollectionReading;
}
