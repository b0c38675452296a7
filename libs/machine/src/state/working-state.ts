import type { RowChange } from '../hash/changes-hash.ts';
import type { CollectionState, PageOptions, State } from '../state-machine.ts';
import type { Collection, Row } from './collection.ts';
import { type EncodedKey, encodeTuple } from './key-order.ts';
import { Overlay, type Written } from './overlay.ts';
import { RangeRows } from './range-rows.ts';
import { checkRow, rowsEqual } from './row.ts';
import { type IndexRange, prefixColumns, type StateSource } from './state-source.ts';

interface Undo {
  readonly collection: string;
  readonly key: EncodedKey;
  readonly before: Row | null;
}

const NO_CHANGES: readonly RowChange[] = [];
/** What a write that had nothing to wait for answers. */
const DONE = Promise.resolve();

/**
 * The state that hooks see: the rows of a source under one overlay of what a batch wrote so far. Blocks and operations
 * are brackets in one journal of previous rows, so that dropping a rejected operation costs what it wrote.
 */
export class WorkingState {
  readonly #source: StateSource;
  readonly #overlay = new Map<string, Overlay>();
  #journal: Undo[] = [];
  /** What the hooks are given. */
  readonly state: State<Readonly<Record<string, Collection>>>;

  constructor(source: StateSource) {
    this.#source = source;
    const state: Record<string, CollectionState<Collection>> = {};
    for (const [name, collection] of Object.entries(source.collections)) {
      this.#overlay.set(name, new Overlay(collection));
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
      const { collection, key, before } = this.#journal[i] as Undo;
      this.#written(collection).set(key, before, before);
    }
    this.#journal.length = savepoint;
  }

  /** Keys written since a savepoint, each once, whether or not the row ended up different. */
  touchedSince(
    savepoint: number,
  ): readonly { readonly collection: string; readonly key: EncodedKey; readonly row: Row }[] {
    if (savepoint === this.#journal.length) return [];
    const touched: { collection: string; key: EncodedKey; row: Row }[] = [];
    for (let i = savepoint; i < this.#journal.length; i++) {
      const { collection, key, before } = this.#journal[i] as Undo;
      const row = this.#written(collection).get(key)?.row ?? before;
      if (row !== null) touched.push({ collection, key, row });
    }
    return firstOfEach(touched);
  }

  /** The net effect of the block so far: one change for each key whose row differs from the one before the block. */
  blockChanges(): readonly RowChange[] {
    return this.changesSince(0);
  }

  /** The net effect of what was written since a savepoint of this block. */
  changesSince(savepoint: number): readonly RowChange[] {
    const written = this.#journal.length - savepoint;
    if (written === 0) return NO_CHANGES;
    const first = written === 1 ? null : firstOfEach(savepoint === 0 ? this.#journal : this.#journal.slice(savepoint));
    const changes: RowChange[] = [];
    for (const { collection, key, before } of first ?? [this.#journal[savepoint] as Undo]) {
      const after = this.#written(collection).get(key)?.row ?? null;
      if (!rowsEqual(this.#collection(collection), before, after)) changes.push({ collection, key, before, after });
    }
    return changes;
  }

  /** Brings the rows of some keys near, and answers those of them that were not. */
  async prefetch(collection: string, keys: ReadonlyMap<EncodedKey, Row>): Promise<readonly Row[]> {
    const written = this.#written(collection);
    let wanted = keys;
    if (written.size > 0) wanted = new Map([...keys].filter(([key]) => written.get(key) === undefined));
    return wanted.size === 0 ? [] : ((await this.#source.prefetch?.(collection, wanted)) ?? []);
  }

  async prefetchRanges(collection: string, ranges: readonly IndexRange[]): Promise<readonly Row[]> {
    return ranges.length === 0 ? [] : ((await this.#source.prefetchRanges?.(collection, ranges)) ?? []);
  }

  #collection(name: string): Collection {
    const found = this.#source.collections[name];
    if (found === undefined) throw new TypeError(`no collection ${JSON.stringify(name)}`);
    return found;
  }

  #written(name: string): Overlay {
    return this.#overlay.get(name) as Overlay;
  }

  #key(name: string, row: Row): EncodedKey {
    const { columns, key } = this.#collection(name);
    return encodeTuple(columns, key, row);
  }

  #collectionState(name: string): CollectionState<Collection> {
    const collection = this.#collection(name);
    const range = { source: this.#source, name, collection, overlay: this.#written(name) };
    return {
      get: (key) => this.#get(name, key as Row),
      by: (index, prefix, options) =>
        new RangeRows(range, { index, prefix: prefix as Row }, options as PageOptions<Row> | undefined),
      count: (index, prefix) => this.#count(name, index, prefix as Row),
      put: (row) => {
        try {
          checkRow(name, collection, row as Row);
          return this.#write(name, row as Row, { ...(row as Row) });
        } catch (error) {
          return Promise.reject(error);
        }
      },
      delete: (key) => this.#write(name, key as Row, null),
    } as CollectionState<Collection>;
  }

  #get(name: string, row: Row): Promise<Row | null> {
    const key = this.#key(name, row);
    const written = this.#written(name).get(key);
    return written === undefined ? this.#source.get(name, key, row) : Promise.resolve(written.row);
  }

  #write(name: string, keyRow: Row, row: Row | null): Promise<void> {
    const key = this.#key(name, keyRow);
    const written = this.#written(name).get(key);
    if (written !== undefined) {
      this.#set(name, key, written, row);
      return DONE;
    }
    const known = this.#source.known?.(name, key);
    if (known === undefined) return this.#writeOver(name, key, keyRow, row);
    if (known !== null || row !== null) this.#set(name, key, { base: known, row: known }, row);
    return DONE;
  }

  /** Asks for the row of the source first. */
  async #writeOver(name: string, key: EncodedKey, keyRow: Row, row: Row | null): Promise<void> {
    const base = await this.#source.get(name, key, keyRow);
    const written = this.#written(name).get(key);
    if (written !== undefined) this.#set(name, key, written, row);
    else if (base !== null || row !== null) this.#set(name, key, { base, row: base }, row);
  }

  #set(name: string, key: EncodedKey, { base, row: before }: Pick<Written, 'base' | 'row'>, row: Row | null): void {
    this.#journal.push({ collection: name, key, before });
    this.#written(name).set(key, base, row);
  }

  async #count(name: string, index: string, prefix: Row): Promise<number> {
    const { columns } = this.#collection(name);
    const given = prefixColumns(name, this.#collection(name), { index, prefix });
    const encoded = encodeTuple(columns, given, prefix);
    return (await this.#source.count(name, { index, prefix })) + this.#written(name).difference(index, encoded);
  }
}

/** Of each key the first. */
function firstOfEach<Item extends { readonly collection: string; readonly key: EncodedKey }>(
  items: readonly Item[],
): readonly Item[] {
  if (items.length < 2) return items;
  const seen = new Map<string, Set<EncodedKey>>();
  return items.filter(({ collection, key }) => {
    const keys = seen.get(collection) ?? new Set();
    if (keys.has(key)) return false;
    seen.set(collection, keys.add(key));
    return true;
  });
}
