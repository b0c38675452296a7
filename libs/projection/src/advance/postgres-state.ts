import { errorText } from '@virtualchain/kernel';
import {
  type Collection,
  type Collections,
  type EncodedKey,
  encodeTuple,
  type Row,
  type RowChange,
  type StateSource,
  StateUnavailable,
} from '@virtualchain/machine';
import { type RawBuilder, sql } from 'kysely';
import { type BulkColumn, type Db, unnest } from '../build/database.ts';
import { ARRAY_TYPE, rowFromSql, toSql } from '../build/sql-columns.ts';
import { collectionTable } from '../build/tables.ts';
import { KEYS_PER_QUERY_MAX } from '../limits.ts';
import { RowCache } from './row-cache.ts';

/**
 * Committed rows in Postgres, as the working state of a batch reads them: inside the batch's own transaction, through a
 * bounded cache of current rows. The cache learns of a batch when its COMMIT is acknowledged, and is emptied when a
 * batch fails or rolls back.
 */
export class PostgresState implements StateSource {
  readonly collections: Collections;
  readonly #schema: string;
  #db: Db | null = null;
  readonly #cache = new RowCache();

  constructor(schema: string, collections: Collections) {
    this.#schema = schema;
    this.collections = collections;
  }

  /** Reads go to this transaction from now on. */
  use(db: Db | null): void {
    this.#db = db;
  }

  forget(): void {
    this.#cache.clear();
  }

  /** Takes on what a committed block did. */
  remember(changes: readonly RowChange[]): void {
    for (const { collection, key, after } of changes) this.#cache.keep(collection, key, after);
  }

  async get(collection: string, key: EncodedKey, row: Row): Promise<Row | null> {
    const cached = this.#cache.get(collection, key);
    if (cached !== undefined) return cached;
    await this.prefetch(collection, new Map([[key, row]]));
    return this.#cache.get(collection, key) ?? null;
  }

  async prefetch(name: string, keys: ReadonlyMap<EncodedKey, Row>): Promise<void> {
    const collection = this.#collection(name);
    const missing = [...keys].filter(([key]) => !this.#cache.has(name, key));
    for (let i = 0; i < missing.length; i += KEYS_PER_QUERY_MAX) {
      const part = missing.slice(i, i + KEYS_PER_QUERY_MAX);
      const columns = collection.key.map((column) =>
        keyColumn(
          collection,
          column,
          part.map(([, row]) => row),
        ),
      );
      const on = sql.join(
        collection.key.map((column) => sql`t.${sql.ref(column)} = x.${sql.ref(column)}`),
        sql` and `,
      );
      const names = sql.join(collection.key.map((column) => sql.ref(column)));
      const found = await this.#rows(sql`
        select t.* from ${this.#table(name)} t join ${unnest(columns)} as x(${names}) on ${on} where t.valid_to is null`);
      for (const [key] of part) this.#cache.keep(name, key, null);
      for (const raw of found) {
        const row = rowFromSql(collection.columns, raw);
        this.#cache.keep(name, encodeTuple(collection.columns, collection.key, row), row);
      }
    }
  }

  async page(name: string, index: string, prefix: Row, after: Row | null, limit: number): Promise<readonly Row[]> {
    const collection = this.#collection(name);
    const order = indexOrder(collection, index);
    const behind = after === null ? sql`true` : sql`(${orderedAfter(collection, order, after)})`;
    const found = await this.#rows(sql`
      select t.* from ${this.#table(name)} t
      where t.valid_to is null and ${this.#prefixed(collection, index, prefix)} and ${behind}
      order by ${sql.join(order.map((column) => sql`t.${sql.ref(column)}`))} limit ${limit}`);
    return found.map((raw) => rowFromSql(collection.columns, raw));
  }

  async count(name: string, index: string, prefix: Row): Promise<number> {
    const collection = this.#collection(name);
    const found = await this.#rows(sql`
      select count(*) as n from ${this.#table(name)} t
      where t.valid_to is null and ${this.#prefixed(collection, index, prefix)}`);
    return Number(found[0]?.['n'] ?? 0);
  }

  #prefixed(collection: Collection, index: string, prefix: Row): RawBuilder<unknown> {
    const given = (collection.indexes[index] ?? []).filter((column) => prefix[column] !== undefined);
    if (given.length === 0) return sql`true`;
    return sql.join(
      given.map((column) => equals(collection, column, prefix)),
      sql` and `,
    );
  }

  #table(name: string) {
    return sql.table(`${this.#schema}.${collectionTable(name)}`);
  }

  #collection(name: string): Collection {
    const found = this.collections[name];
    if (found === undefined) throw new TypeError(`no collection ${JSON.stringify(name)}`);
    return found;
  }

  async #rows(query: RawBuilder<unknown>): Promise<readonly Record<string, unknown>[]> {
    if (this.#db === null) throw new Error('the state is read outside a transaction');
    try {
      return (await query.execute(this.#db)).rows as Record<string, unknown>[];
    } catch (cause) {
      throw new StateUnavailable(errorText(cause), { cause });
    }
  }
}

/** One key column of many rows, for `unnest`. */
export function keyColumn({ columns }: Collection, name: string, rows: readonly Row[]): BulkColumn {
  const column = columns[name];
  if (column === undefined) throw new TypeError(`no column ${name}`);
  return { name, arrayType: ARRAY_TYPE[column.kind], values: rows.map((row) => toSql(column, row[name] ?? null)) };
}

function indexOrder(collection: Collection, index: string): readonly string[] {
  const tuple = collection.indexes[index] ?? [];
  return [...tuple, ...collection.key.filter((column) => !tuple.includes(column))];
}

function parameter(collection: Collection, column: string, row: Row): RawBuilder<unknown> {
  const found = collection.columns[column];
  if (found === undefined) throw new TypeError(`no column ${column}`);
  return sql`${toSql(found, row[column] ?? null)}::${sql.raw(ARRAY_TYPE[found.kind].slice(0, -2))}`;
}

function equals(collection: Collection, column: string, row: Row): RawBuilder<unknown> {
  return row[column] === null
    ? sql`t.${sql.ref(column)} is null`
    : sql`t.${sql.ref(column)} = ${parameter(collection, column, row)}`;
}

/** Behind `row` in the order of `columns`, null last. */
function orderedAfter(collection: Collection, columns: readonly string[], row: Row): RawBuilder<unknown> {
  const [column, ...rest] = columns;
  if (column === undefined) return sql`false`;
  const beyond =
    row[column] === null
      ? sql`false`
      : sql`(t.${sql.ref(column)} > ${parameter(collection, column, row)} or t.${sql.ref(column)} is null)`;
  return sql`${beyond} or (${equals(collection, column, row)} and (${orderedAfter(collection, rest, row)}))`;
}
