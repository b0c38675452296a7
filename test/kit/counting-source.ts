import {
  type Collections,
  type EncodedKey,
  encodeTuple,
  type IndexRange,
  type MemoryState,
  type Row,
  type StateSource,
} from '@virtualchain/machine';

/**
 * A state that counts the questions which a projection would ask its database: reading ahead is one question for each
 * collection and index, a row or a range that was read ahead, or asked for before, is none, and every other is one.
 */
export class CountingSource implements StateSource {
  readonly collections: Collections;
  /** What was asked, in words. */
  readonly questions: string[] = [];
  readonly #state: MemoryState;
  readonly #near = new Set<string>();

  constructor(state: MemoryState) {
    this.collections = state.collections;
    this.#state = state;
  }

  async get(collection: string, key: EncodedKey): Promise<Row | null> {
    this.#ask(`${collection} ${key}`, `a row of ${collection}`);
    return this.#state.get(collection, key);
  }

  async prefetch(collection: string, keys: ReadonlyMap<EncodedKey, Row>): Promise<readonly Row[]> {
    const missing = [...keys.keys()].filter((key) => !this.#near.has(`${collection} ${key}`));
    if (missing.length === 0) return [];
    this.questions.push(`${missing.length} rows of ${collection}`);
    for (const key of missing) this.#near.add(`${collection} ${key}`);
    return (await Promise.all(missing.map((key) => this.#state.get(collection, key)))).filter((row) => row !== null);
  }

  async prefetchRanges(collection: string, ranges: readonly IndexRange[]): Promise<readonly Row[]> {
    for (const index of new Set(ranges.map((range) => range.index))) this.questions.push(`${collection} by ${index}`);
    const { columns = {}, key = [] } = this.collections[collection] ?? {};
    const found: Row[] = [];
    for (const range of ranges) {
      this.#near.add(this.#nameOf(collection, range));
      for (const row of await this.#state.page(collection, range, null, Number.POSITIVE_INFINITY)) {
        this.#near.add(`${collection} ${encodeTuple(columns, key, row)}`);
        found.push(row);
      }
    }
    return found;
  }

  async page(collection: string, range: IndexRange, after: Row | null, limit: number): Promise<readonly Row[]> {
    this.#ask(this.#nameOf(collection, range), `a page of ${collection} by ${range.index}`);
    return this.#state.page(collection, range, after, limit);
  }

  async count(collection: string, range: IndexRange): Promise<number> {
    this.#ask(this.#nameOf(collection, range), `a count of ${collection} by ${range.index}`);
    return this.#state.count(collection, range);
  }

  #ask(name: string, question: string): void {
    if (this.#near.has(name)) return;
    this.#near.add(name);
    this.questions.push(question);
  }

  #nameOf(collection: string, { index, prefix }: IndexRange): string {
    return `${collection} ${index} ${JSON.stringify(prefix)}`;
  }
}
