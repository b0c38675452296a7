import type { EncodedKey } from '@virtualchain/machine';
import { KEY_FILTER_BITS_FIRST, KEY_FILTER_BITS_MAX, KEY_FILTER_BITS_PER_KEY } from '../limits.ts';

/** So many bits of a key are set: with twelve bits a key, less than one strange key in two hundred finds all of its set. */
const PROBES = 5;
const GROWTH = 4;
const { imul } = Math;

interface Level {
  readonly words: Uint32Array;
  /** One less than the number of bits, a power of two. */
  readonly mask: number;
  readonly keysMax: number;
  keys: number;
}

/**
 * Which keys a collection ever had a row of: a Bloom filter that grows. It says no of a key only where there never was a row;
 * it may say yes of any. Once it would take too much memory it says yes of all.
 */
export class KeyFilter {
  readonly #levels: Level[] = [];
  readonly #bitsMax: number;
  #isFull = false;

  constructor(bitsMax: number = KEY_FILTER_BITS_MAX) {
    this.#bitsMax = bitsMax;
  }

  add(key: EncodedKey): void {
    if (this.#isFull || this.mayHave(key)) return;
    const level = this.#roomy();
    if (level === null) return;
    const [first, step] = [firstOf(key), stepOf(key)];
    for (let probe = 0, at = first; probe < PROBES; probe++, at = (at + step) | 0) {
      const bit = at & level.mask;
      level.words[bit >>> 5] = (level.words[bit >>> 5] as number) | (1 << (bit & 31));
    }
    level.keys += 1;
  }

  /** False where no row of the key was ever added. */
  mayHave(key: EncodedKey): boolean {
    if (this.#isFull) return true;
    const [first, step] = [firstOf(key), stepOf(key)];
    for (let i = 0; i < this.#levels.length; i++) if (hasAll(this.#levels[i] as Level, first, step)) return true;
    return false;
  }

  /** A level with room for one more key, null where there may be no further one. */
  #roomy(): Level | null {
    const last = this.#levels.at(-1);
    if (last !== undefined && last.keys < last.keysMax) return last;
    const bits = last === undefined ? KEY_FILTER_BITS_FIRST : (last.mask + 1) * GROWTH;
    if (bits > this.#bitsMax) {
      this.#isFull = true;
      this.#levels.length = 0;
      return null;
    }
    const keysMax = Math.floor(bits / KEY_FILTER_BITS_PER_KEY);
    const made = { words: new Uint32Array(bits / 32), mask: bits - 1, keysMax, keys: 0 };
    this.#levels.push(made);
    return made;
  }
}

function hasAll({ words, mask }: Level, first: number, step: number): boolean {
  for (let probe = 0, at = first; probe < PROBES; probe++, at = (at + step) | 0) {
    const bit = at & mask;
    if (((words[bit >>> 5] as number) & (1 << (bit & 31))) === 0) return false;
  }
  return true;
}

/** A number of 32 bits that every character of the key changes. */
function firstOf(key: EncodedKey): number {
  let first = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) first = imul(first ^ key.charCodeAt(i), 0x01000193);
  return mixed(first);
}

/** Another one, which is odd. */
function stepOf(key: EncodedKey): number {
  let step = 0x9e3779b9;
  for (let i = 0; i < key.length; i++) step = imul(step + key.charCodeAt(i), 0x85ebca6b) ^ (step >>> 13);
  return mixed(step) | 1;
}

function mixed(value: number): number {
  const half = imul(value ^ (value >>> 16), 0x45d9f3b);
  return half ^ (half >>> 15);
}
