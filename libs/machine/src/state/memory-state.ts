import type { RowChange } from '../hash/changes-hash.ts';
import type { Collection, Collections, Row } from './collection.ts';
import { IndexOrder } from './index-order.ts';
import { type EncodedKey, encodeTuple } from './key-order.ts';
import type { IndexRange, StateSource } from './state-source.ts';

interface Table {
  readonly collection: Collection;
  readonly rows: Map<EncodedKey, Row>;
  readonly indexes: ReadonlyMap<string, IndexOrder>;
}

/** Committed rows in memory: the same answers as Postgres, for tests, the oracle and folds without a database. */
export class MemoryState implements StateSource {
  readonly collections: Collections;
  readonly #tables = new Map<string, Table>();

  constructor(collections: Collections) {
    this.collections = collections;
    for (const [name, collection] of Object.entries(collections)) {
      const indexes = new Map(
        Object.keys(collection.indexes).map((index) => [index, new IndexOrder(collection, index)]),
      );
      this.#tables.set(name, { collection, rows: new Map(), indexes });
    }
  }

  async get(collection: string, key: EncodedKey): Promise<Row | null> {
    return this.known(collection, key);
  }

  known(collection: string, key: EncodedKey): Row | null {
    return this.#table(collection).rows.get(key) ?? null;
  }

  async page(collection: string, range: IndexRange, after: Row | null, limit: number): Promise<readonly Row[]> {
    const { index, prefix, rows } = this.#range(collection, range);
    const places = index.range(prefix, after === null ? '' : index.placeOf(after), limit);
    return places.map((place) => rows.get(index.keyAt(place)) as Row);
  }

  async count(collection: string, range: IndexRange): Promise<number> {
    const { index, prefix } = this.#range(collection, range);
    return index.count(prefix);
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
    const { rows, indexes } = this.#table(name);
    if (row === null) rows.delete(key);
    else rows.set(key, row);
    for (const index of indexes.values()) index.replace(key, old, row);
  }

  /** The index that a range is of, the encoding of what its rows have in common there, and the rows. */
  #range(name: string, { index, prefix }: IndexRange) {
    const { collection, rows, indexes } = this.#table(name);
    const found = indexes.get(index);
    if (found === undefined) throw new TypeError(`no index ${JSON.stringify(index)}`);
    const given = (collection.indexes[index] ?? []).filter((column) => prefix[column] !== undefined);
    return { index: found, prefix: encodeTuple(collection.columns, given, prefix), rows };
  }

  #table(name: string): Table {
    const table = this.#tables.get(name);
    if (table === undefined) throw new TypeError(`no collection ${JSON.stringify(name)}`);
    return table;
  }
}
