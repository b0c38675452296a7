import { BLOCK_WORDS, PLACES, paddingOf, range, STATE_WORDS, VECTOR_BYTES } from './sha256-places.ts';
import { type Code, call, get, i32, repeat, set, v128, type WasmFunction } from './wasm-code.ts';

/**
 * Sha256 of four messages at once, one in each lane of a vector, after FIPS 180-4, for the SIMD instructions of
 * WebAssembly. One call hashes a whole run of transactions, or a row of a merkle tree: a call for each of them costs more
 * than its hashing, also where the processor has instructions of its own for it.
 */

export const LANES = [0, 1, 2, 3] as const;
export const at = (place: number): Code => i32.const(place);
export const vectorAt = (place: number, index: number): Code => at(place + index * VECTOR_BYTES);

/** The functions by their place in the module. */
export const COMPRESS = 0;
export const COMPRESS_PADDING = 1;
export const LOAD_BLOCK = 2;
export const HASH_AGAIN = 3;
export const STORE_HASHES = 4;

export const sha256Functions = (): readonly WasmFunction[] => [
  compress('compress', true),
  compress('compressPadding', false),
  loadBlock(),
  hashAgain(),
  storeHashes(),
];

// The compression function. Locals: a pointer into the constants, the words, the state, and a xor b of this round and the last.
const POINTER = 0;
const WORD = 1;
const REGISTER = WORD + BLOCK_WORDS;
const XOR_A_B = REGISTER + STATE_WORDS;
const compressLocals = [
  [1, 'i32'],
  [XOR_A_B + 2 - WORD, 'v128'],
] as const;

const xor = (...values: readonly Code[]): Code => values.reduce(v128.xor);
const sum = (...values: readonly Code[]): Code => values.reduce(v128.add);

function rotations(value: Code, bits: readonly number[]): Code {
  return xor(...bits.flatMap((count) => [v128.shr(value, count), v128.shl(value, 32 - count)]));
}

const word = (index: number): number => WORD + (index % BLOCK_WORDS);

/** W[t] out of W[t − 16], W[t − 15], W[t − 7] and W[t − 2]; sixteen are kept. */
function nextWord(index: number): Code {
  const [early, late] = [get(word(index + 1)), get(word(index + 14))];
  return set(
    word(index),
    sum(
      get(word(index)),
      get(word(index + 9)),
      xor(rotations(early, [7, 18]), v128.shr(early, 3)),
      xor(rotations(late, [17, 19]), v128.shr(late, 10)),
    ),
  );
}

/** One round. Instead of moving the eight registers, each round sees them one further. */
function round(index: number, hasWords: boolean): Code {
  const register = (name: number): number => REGISTER + ((name - index + 64) % STATE_WORDS);
  const [a, b, , , e, f, g, h] = range(STATE_WORDS).map((name) => get(register(name))) as [
    Code,
    Code,
    Code,
    Code,
    Code,
    Code,
    Code,
    Code,
  ];
  const [d, hAt] = [register(3), register(7)];
  const [now, before] = [XOR_A_B + (index % 2), XOR_A_B + ((index + 1) % 2)];
  const constant = v128.loadSplat(get(POINTER), 4 * index);
  const choice = xor(g, v128.and(e, xor(f, g)));
  // b where b and c agree, else a: the last round's a and b are now b and c
  const majority = xor(b, v128.and(get(now), get(before)));
  return [
    set(hAt, sum(h, constant, ...(hasWords ? [get(word(index))] : []), choice, rotations(e, [6, 11, 25]))),
    set(d, v128.add(get(d), get(hAt))),
    set(now, xor(a, b)),
    set(hAt, sum(get(hAt), majority, rotations(a, [2, 13, 22]))),
  ];
}

const rounds = (hasWords: boolean, extend: boolean): Code =>
  range(BLOCK_WORDS).map((index) => [extend ? nextWord(index) : [], round(index, hasWords)]);

/** Goes over the words of a block, or over those that the constants hold already, and moves on the lanes that the mask names. */
function compress(name: string, hasWords: boolean): WasmFunction {
  const constants = hasWords ? PLACES.constants : PLACES.pairConstants;
  const next = set(POINTER, i32.add(get(POINTER), i32.const(4 * BLOCK_WORDS)));
  const isLast = i32.isBelow(get(POINTER), at(constants + 3 * 4 * BLOCK_WORDS));
  const later = repeat([next, rounds(hasWords, hasWords)], isLast);
  const registers = range(STATE_WORDS);
  return {
    name,
    parameters: 0,
    locals: compressLocals,
    body: [
      set(POINTER, at(constants)),
      hasWords ? range(BLOCK_WORDS).map((i) => set(word(i), v128.load(vectorAt(PLACES.words, i)))) : [],
      registers.map((i) => set(REGISTER + i, v128.load(vectorAt(PLACES.state, i)))),
      set(XOR_A_B + 1, xor(get(REGISTER + 1), get(REGISTER + 2))),
      rounds(hasWords, false),
      later,
      registers.map((i) => {
        const before = v128.load(vectorAt(PLACES.state, i));
        const after = v128.bitselect(v128.add(get(REGISTER + i), before), before, v128.load(at(PLACES.mask)));
        return v128.store(vectorAt(PLACES.state, i), after);
      }),
    ],
  };
}

const wordBytes = (...words: readonly number[]): readonly number[] =>
  words.flatMap((index) => range(4).map((byte) => 4 * index + byte));
const REVERSED_BYTES = range(VECTOR_BYTES).map((byte) => byte ^ 3);

const reversed = (value: Code, local: number): Code => [
  set(local, value),
  v128.shuffle(get(local), get(local), REVERSED_BYTES),
];

/** Turns four vectors around: the first becomes the first words of all, and so on. Uses the four locals behind them. */
function transpose(from: number, take: (index: number, value: Code) => Code): Code {
  const between = from + 4;
  const mixed = (left: number, right: number, words: readonly number[]): Code =>
    v128.shuffle(get(left), get(right), wordBytes(...words));
  return [
    [0, 2].map((pair) => [
      set(between + pair, mixed(from + pair, from + pair + 1, [0, 4, 1, 5])),
      set(between + pair + 1, mixed(from + pair, from + pair + 1, [2, 6, 3, 7])),
    ]),
    LANES.map((index) =>
      take(
        index,
        mixed(between + (index >> 1), between + 2 + (index >> 1), index % 2 === 0 ? [0, 1, 4, 5] : [2, 3, 6, 7]),
      ),
    ),
  ];
}

/** Makes words of the 64 bytes that each of the four parameters points to. */
const loadBlock = (): WasmFunction => ({
  name: 'loadBlock',
  parameters: 4,
  locals: [[9, 'v128']],
  body: LANES.map((part) => [
    LANES.map((lane) => set(4 + lane, v128.load(get(lane), part * VECTOR_BYTES))),
    transpose(4, (index, value) => v128.store(vectorAt(PLACES.words, 4 * part + index), reversed(value, 12))),
  ]),
});

/** Puts the hash of each lane where its parameter points to. */
const storeHashes = (): WasmFunction => ({
  name: 'storeHashes',
  parameters: 4,
  locals: [[9, 'v128']],
  body: [0, 1].map((half) => [
    LANES.map((index) => set(4 + index, v128.load(vectorAt(PLACES.state, 4 * half + index)))),
    transpose(4, (lane, value) => v128.store(get(lane), reversed(value, 12), half * VECTOR_BYTES)),
  ]),
});

export const everyLane = (): Code => v128.store(at(PLACES.mask), v128.splat(i32.const(-1)));
export const begin = (): Code =>
  range(STATE_WORDS).map((index) =>
    v128.store(vectorAt(PLACES.state, index), v128.loadSplat(at(PLACES.initial + 4 * index))),
  );

/** Hashes the hashes: of 32 bytes each, so that all fits into one block. */
const hashAgain = (): WasmFunction => ({
  name: 'hashAgain',
  parameters: 0,
  locals: [],
  body: [
    range(STATE_WORDS).map((i) => v128.store(vectorAt(PLACES.words, i), v128.load(vectorAt(PLACES.state, i)))),
    range(STATE_WORDS).map((index) =>
      v128.store(
        vectorAt(PLACES.words, STATE_WORDS + index),
        v128.splat(i32.const(paddingOf(32, STATE_WORDS + index))),
      ),
    ),
    begin(),
    everyLane(),
    call(COMPRESS),
  ],
});
