import { sha256Constants } from './sha256-constants.ts';

/** Where things lie in the memory of the module of `sha256-code.ts`, and the constants of sha256 in it. */

/** How many transactions one call takes, and how many bytes they have together. */
export const TRANSACTIONS_AT_ONCE = 2_048;
export const INPUT_BYTES = 256 * 1_024;

/** A group has four entries, and one group is not full. */
const ENTRIES = TRANSACTIONS_AT_ONCE + 4;
export const ENTRY_BYTES = 16;
export const HASH_BYTES = 32;
export const BLOCK_BYTES = 64;
export const TAIL_BYTES = 128;
/** What is loaded behind the last byte of the input is not looked at. */
const SLACK_BYTES = 128;
export const STATE_WORDS = 8;
export const BLOCK_WORDS = 16;
export const VECTOR_BYTES = 16;

/** Where things lie in the memory of the module, in bytes. */
export const PLACES = layOut({
  /** The round constants, and the same with the words of the block that ends a message of 64 bytes. */
  constants: 256,
  pairConstants: 256,
  initial: 32,
  /** Vectors: the state of four messages, the words of the block that comes next, who has such a block, who has how many. */
  state: STATE_WORDS * VECTOR_BYTES,
  words: BLOCK_WORDS * VECTOR_BYTES,
  mask: VECTOR_BYTES,
  totals: VECTOR_BYTES,
  /** The end of each message, with what is appended to it. */
  tails: 4 * TAIL_BYTES,
  /** Entries of four words: start of a transaction, of its witnesses or 0, its end, and where its hash goes. */
  table: ENTRIES * ENTRY_BYTES,
  hashes: ENTRIES * HASH_BYTES,
  input: INPUT_BYTES + SLACK_BYTES,
});

function layOut<Name extends string>(sizes: Readonly<Record<Name, number>>): Readonly<Record<Name | 'end', number>> {
  const places: Record<string, number> = {};
  let at = 0;
  for (const [name, size] of Object.entries<number>(sizes)) {
    places[name] = at;
    at += size;
  }
  return { ...places, end: at } as Record<Name | 'end', number>;
}

export const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** Writes down what the code reads from its memory. */
export function fillConstants(memory: ArrayBuffer): void {
  const words = new Uint32Array(memory);
  const { rounds, initial } = sha256Constants();
  words.set(rounds, PLACES.constants / 4);
  words.set(
    pairSchedule().map((value, index) => value + (rounds[index] as number)),
    PLACES.pairConstants / 4,
  );
  words.set(initial, PLACES.initial / 4);
}

/** A word of the last block of a message of so many whole words: a one bit, zeros, and the length in bits. */
export function paddingOf(messageBytes: number, index: number): number {
  if (index === (messageBytes % BLOCK_BYTES) / 4) return 0x80000000;
  return index === BLOCK_WORDS - 1 ? messageBytes * 8 : 0;
}

/** The 64 words of the second block of a message of 64 bytes. */
function pairSchedule(): readonly number[] {
  const words = range(BLOCK_WORDS).map((index) => paddingOf(BLOCK_BYTES, index));
  const rotated = (value: number, bits: number): number => (value >>> bits) | (value << (32 - bits));
  for (let index = BLOCK_WORDS; index < 64; index += 1) {
    const [early, late] = [words[index - 15] as number, words[index - 2] as number];
    const first = rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3);
    const second = rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10);
    words.push(((words[index - 16] as number) + (words[index - 7] as number) + first + second) >>> 0);
  }
  return words;
}
