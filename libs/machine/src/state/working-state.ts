import type { RowChange } from '../hash/changes-hash.ts';
import { ROWS_PER_PAGE_MAX } from '../limits.ts';
import type { CollectionState, PageOptions, State } from '../state-machine.ts';
import type { Collection, Row } from './collection.ts';
import { type EncodedKey, encodeTuple } from './key-order.ts';
import { checkRow, rowsEqual } from './row.ts';
import type { StateSource } from './state-source.ts';

interface Written {
  /** What the source holds under this key. */
  readonly base: Row | null;
  row: Row | null;
}

interface Undo {
  readonly collection: string;
  readonly key: EncodedKey;
  readonly before: Row | null;
}

/**
 * The state that hooks see: the rows of a source under one overlay of what a batch wrote so far. Blocks and operations
 * are brackets in one journal of previous rows, so that dropping a rejected operation costs what it wrote.
 */
export class WorkingState {
  readonly #source: StateSource;
  readonly #overlay = new Map<string, Map<EncodedKey, Written>>();
  #journal: Undo[] = [];
  /** What the hooks are given. */
  readonly state: State<Readonly<Record<string, Collection>>>;

  constructor(source: StateSource) {
    this.#source = source;
    const state: Record<string, CollectionState<Collection>> = {};
    for (const name of Object.keys(source.collections)) {
      this.#overlay.set(name, new Map());
      state[name] = this.#collectionState(name);
    }
    this.state = state;
  }

  /** Begins a block: its changes are counted from here. */
  beginBlock(): void {
    this.#journal = [];
  }

  /** A place to return to with `dropSince`. */
  savepoint(): number {
    return this.#journal.length;
  }

  dropSince(savepoint: number): void {
    for (let i = this.#journal.length - 1; i >= savepoint; i--) {
      const undo = this.#journal[i] as Undo;
      const written = this.#overlay.get(undo.collection)?.get(undo.key);
      if (written !== undefined) written.row = undo.before;
    }
    this.#journal.length = savepoint;
  }

  /** Keys written since a savepoint, each once, whether or not the row ended up different. */
  touchedSince(
    savepoint: number,
  ): readonly { readonly collection: string; readonly key: EncodedKey; readonly row: Row }[] {
    const touched = new Map<string, { collection: string; key: EncodedKey; row: Row }>();
    for (const { collection, key, before } of this.#journal.slice(savepoint)) {
      const row = this.#overlay.get(collection)?.get(key)?.row ?? before;
      if (row !== null) touched.set(`${collection} ${key}`, { collection, key, row });
    }
    return [...touched.values()];
  }

  /** The net effect of the block so far: one change for each key whose row differs from the one before the block. */
  blockChanges(): RowChange[] {
    const first = new Map<string, Undo>();
    for (const undo of this.#journal) {
      const id = `${undo.collection} ${undo.key}`;
      if (!first.has(id)) first.set(id, undo);
    }
    const changes: RowChange[] = [];
    for (const { collection, key, before } of first.values()) {
      const after = this.#overlay.get(collection)?.get(key)?.row ?? null;
      if (!rowsEqual(this.#collection(collection), before, after)) changes.push({ collection, key, before, after });
    }
    return changes;
  }

  async prefetch(collection: string, rows: readonly Row[]): Promise<void> {
    const written = this.#writtenRows(collection);
    const wanted = new Map<EncodedKey, Row>();
    for (const row of rows) {
      const key = this.#key(collection, row);
      if (!written.has(key)) wanted.set(key, row);
    }
    if (wanted.size > 0) await this.#source.prefetch?.(collection, wanted);
  }

  #collection(name: string): Collection {
    const found = this.#source.collections[name];
    if (found === undefined) throw new TypeError(`no collection ${JSON.stringify(name)}`);
    return found;
  }

  #writtenRows(name: string): Map<EncodedKey, Written> {
    return this.#overlay.get(name) as Map<EncodedKey, Written>;
  }

  #key(name: string, row: Row): EncodedKey {
    const { columns, key } = this.#collection(name);
    return encodeTuple(columns, key, row);
  }

  #collectionState(name: string): CollectionState<Collection> {
    return {
      get: (key) => this.#get(name, key as Row),
      by: (index, prefix, options) => this.#by(name, index, prefix as Row, options as PageOptions<Row> | undefined),
      count: (index, prefix) => this.#count(name, index, prefix as Row),
      put: async (row) => {
        checkRow(name, this.#collection(name), row as Row);
        await this.#write(name, row as Row, { ...(row as Row) });
      },
      delete: (key) => this.#write(name, key as Row, null),
    } as CollectionState<Collection>;
  }

  async #get(name: string, row: Row): Promise<Row | null> {
    const key = this.#key(name, row);
    const written = this.#writtenRows(name).get(key);
    return written === undefined ? this.#source.get(name, key, row) : written.row;
  }

  async #write(name: string, keyRow: Row, row: Row | null): Promise<void> {
    const key = this.#key(name, keyRow);
    const rows = this.#writtenRows(name);
    let written = rows.get(key);
    if (written === undefined) {
      const base = await this.#source.get(name, key, keyRow);
      if (base === null && row === null) return;
      written = { base, row: base };
      rows.set(key, written);
    }
    this.#journal.push({ collection: name, key, before: written.row });
    written.row = row;
  }

  /**
   * Merges the pages of the source with the overlay: rows written in this batch stand in for the source's. What is
   * written while the caller iterates does not show: the rows are those of when it began.
   */
  async *#by(name: string, index: string, prefix: Row, options: PageOptions<Row> = {}): AsyncGenerator<Row> {
    const collection = this.#collection(name);
    const columns = this.#indexColumns(name, index, prefix);
    const order = (row: Row): string => encodeTuple(collection.columns, [...columns, ...collection.key], row);
    const rows = this.#writtenRows(name);
    const written = new Set(rows.keys());
    const after = options.after === undefined ? '' : order(options.after);
    const ours = [...rows.values()]
      .flatMap(({ row }) =>
        row !== null && this.#matches(collection, columns, prefix, row) ? [{ row, at: order(row) }] : [],
      )
      .filter(({ at }) => at > after)
      .sort((a, b) => (a.at < b.at ? -1 : 1));
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    let next = 0;
    let from = options.after ?? null;
    for (let more = true; more && left > 0; ) {
      const page = await this.#source.page(name, { index, prefix }, from, Math.min(left, ROWS_PER_PAGE_MAX));
      more = page.length === Math.min(left, ROWS_PER_PAGE_MAX);
      for (const row of page) {
        from = row;
        if (written.has(this.#key(name, row))) continue;
        const at = order(row);
        for (let mine = ours[next]; left > 0 && mine !== undefined && mine.at < at; mine = ours[++next]) {
          left--;
          yield mine.row;
        }
        if (left === 0) return;
        left--;
        yield row;
      }
    }
    for (let mine = ours[next]; left > 0 && mine !== undefined; mine = ours[++next]) {
      left--;
      yield mine.row;
    }
  }

  async #count(name: string, index: string, prefix: Row): Promise<number> {
    const collection = this.#collection(name);
    const columns = this.#indexColumns(name, index, prefix);
    let count = await this.#source.count(name, { index, prefix });
    for (const { base, row } of this.#writtenRows(name).values()) {
      if (base !== null && this.#matches(collection, columns, prefix, base)) count--;
      if (row !== null && this.#matches(collection, columns, prefix, row)) count++;
    }
    return count;
  }

  #indexColumns(name: string, index: string, prefix: Row): readonly string[] {
    const columns = this.#collection(name).indexes[index];
    if (columns === undefined) throw new TypeError(`${name} has no index ${JSON.stringify(index)}`);
    const given = Object.keys(prefix);
    if (!given.every((column) => columns.indexOf(column) >= 0 && columns.indexOf(column) < given.length)) {
      throw new TypeError(
        `${name}.${index}: the prefix ${given.join(', ')} is not the beginning of ${columns.join(', ')}`,
      );
    }
    return columns;
  }

  #matches({ columns }: Collection, indexColumns: readonly string[], prefix: Row, row: Row): boolean {
    const given = indexColumns.filter((name) => prefix[name] !== undefined);
    return encodeTuple(columns, given, row) === encodeTuple(columns, given, prefix);
  }
}
