import type { RowChange } from '../hash/changes-hash.ts';
import type { Collection, Collections, Row } from './collection.ts';
import { type EncodedKey, encodeTuple } from './key-order.ts';
import { SortedKeys } from './sorted-keys.ts';
import type { IndexRange, StateSource } from './state-source.ts';

interface Table {
  readonly collection: Collection;
  readonly rows: Map<EncodedKey, Row>;
  /** By index: index columns and key, encoded; and the way back from there to the key. */
  readonly indexes: ReadonlyMap<string, { readonly order: SortedKeys; readonly keys: Map<string, EncodedKey> }>;
}

/** Committed rows in memory: the same answers as Postgres, for tests, the oracle and folds without a database. */
export class MemoryState implements StateSource {
  readonly collections: Collections;
  readonly #tables = new Map<string, Table>();

  constructor(collections: Collections) {
    this.collections = collections;
    for (const [name, collection] of Object.entries(collections)) {
      const indexes = new Map(
        Object.keys(collection.indexes).map((index) => [index, { order: new SortedKeys(), keys: new Map() }]),
      );
      this.#tables.set(name, { collection, rows: new Map(), indexes });
    }
  }

  async get(collection: string, key: EncodedKey): Promise<Row | null> {
    return this.#table(collection).rows.get(key) ?? null;
  }

  async page(collection: string, range: IndexRange, after: Row | null, limit: number): Promise<readonly Row[]> {
    const table = this.#table(collection);
    const found: Row[] = [];
    const from = after === null ? '' : indexOrder(table.collection, range.index, after);
    for (const row of this.#range(table, range, from)) {
      if (found.length === limit) break;
      found.push(row);
    }
    return found;
  }

  async count(collection: string, range: IndexRange): Promise<number> {
    let count = 0;
    for (const _row of this.#range(this.#table(collection), range, '')) count++;
    return count;
  }

  /** All rows of a collection in key order. */
  dump(collection: string): readonly Row[] {
    const { rows } = this.#table(collection);
    return [...rows.keys()].sort().map((key) => rows.get(key) as Row);
  }

  /** Takes on what a block did. */
  apply(changes: readonly RowChange[]): void {
    for (const change of changes) this.#replace(change.collection, change.key, change.before, change.after);
  }

  /** Takes back what a block did; blocks are taken back newest first. */
  revert(changes: readonly RowChange[]): void {
    for (const change of changes) this.#replace(change.collection, change.key, change.after, change.before);
  }

  #replace(name: string, key: EncodedKey, old: Row | null, row: Row | null): void {
    const { collection, rows, indexes } = this.#table(name);
    if (row === null) rows.delete(key);
    else rows.set(key, row);
    for (const [index, { order, keys }] of indexes) {
      const from = old === null ? null : indexOrder(collection, index, old);
      const to = row === null ? null : indexOrder(collection, index, row);
      if (from === to) continue;
      if (from !== null) {
        order.delete(from);
        keys.delete(from);
      }
      if (to !== null) {
        order.add(to);
        keys.set(to, key);
      }
    }
  }

  *#range(table: Table, { index, prefix }: IndexRange, after: string): Generator<Row> {
    const { collection, rows, indexes } = table;
    const found = indexes.get(index);
    if (found === undefined) throw new TypeError(`no index ${JSON.stringify(index)}`);
    const given = (collection.indexes[index] ?? []).filter((name) => prefix[name] !== undefined);
    for (const at of found.order.range(encodeTuple(collection.columns, given, prefix), after)) {
      yield rows.get(found.keys.get(at) ?? '') as Row;
    }
  }

  #table(name: string): Table {
    const table = this.#tables.get(name);
    if (table === undefined) throw new TypeError(`no collection ${JSON.stringify(name)}`);
    return table;
  }
}

function indexOrder(collection: Collection, index: string, row: Row): string {
  return encodeTuple(collection.columns, [...(collection.indexes[index] ?? []), ...collection.key], row);
}
