import { KEYS_PER_CHUNK_MAX } from '../limits.ts';

/** A sorted set of strings in chunks: insertion, deletion and ranges in about the square root of its size. */
export class SortedKeys {
  readonly #chunks: string[][] = [];

  add(key: string): void {
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at];
    if (chunk === undefined) {
      this.#chunks.push([key]);
      return;
    }
    const i = firstAtOrAfter(chunk, key);
    if (chunk[i] === key) return;
    chunk.splice(i, 0, key);
    if (chunk.length > KEYS_PER_CHUNK_MAX) this.#chunks.splice(at + 1, 0, chunk.splice(chunk.length >> 1));
  }

  delete(key: string): void {
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at];
    const i = chunk === undefined ? -1 : firstAtOrAfter(chunk, key);
    if (chunk?.[i] !== key) return;
    chunk.splice(i, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
  }

  /** Keys that begin with `prefix` and come after `after`, in order, no more than `limit`. */
  range(prefix: string, after: string, limit: number): readonly string[] {
    const found: string[] = [];
    const start = after > prefix ? after : prefix;
    for (let at = this.#chunkOf(start); at < this.#chunks.length; at++) {
      const chunk = this.#chunks[at] as string[];
      for (let i = firstAtOrAfter(chunk, start); i < chunk.length; i++) {
        const key = chunk[i] as string;
        if (found.length >= limit || !key.startsWith(prefix)) return found;
        if (key !== after) found.push(key);
      }
    }
    return found;
  }

  /** How many keys begin with `prefix`. */
  count(prefix: string): number {
    let count = 0;
    for (let at = this.#chunkOf(prefix); at < this.#chunks.length; at++) {
      const chunk = this.#chunks[at] as string[];
      const from = firstAtOrAfter(chunk, prefix);
      if (from === chunk.length) continue;
      if ((chunk.at(-1) as string).startsWith(prefix)) count += chunk.length - from;
      else return count + firstWithout(chunk, prefix, from) - from;
    }
    return count;
  }

  /** The chunk that holds `key`, or would: the last one that begins at or before it. */
  #chunkOf(key: string): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (((this.#chunks[middle] as string[])[0] as string) <= key) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

function firstAtOrAfter(chunk: readonly string[], key: string): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((chunk[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** From a place on, where keys that begin with `prefix` come before all others: the first of the others. */
function firstWithout(chunk: readonly string[], prefix: string, from: number): number {
  let low = from;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((chunk[middle] as string).startsWith(prefix)) low = middle + 1;
    else high = middle;
  }
  return low;
}
