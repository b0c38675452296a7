import { sha256Constants } from './sha256-constants.ts';

/**
 * Sha256 of one short message, after FIPS 180-4, on arrays that are made once: below two hundred bytes a hash of the
 * platform's takes longer to be called than to be worked out here.
 */

/** What fits into two blocks with its end. */
export const SHORT_BYTES_MAX = 119;

const blockBytes = 64;
const lengthBytes = 8;

let constants: { readonly rounds: Int32Array; readonly initial: Int32Array } | undefined;
const words = new Int32Array(64);
const state = new Int32Array(8);

export function shortSha256(message: Uint8Array): Uint8Array {
  constants ??= madeConstants();
  state.set(constants.initial);
  const { length } = message;
  let start = 0;
  for (; start + blockBytes <= length; start += blockBytes) {
    for (let index = 0, at = start; index < 16; index += 1, at += 4) {
      words[index] = (byte(message, at) << 24) | (byte(message, at + 1) << 16) | (byte(message, at + 2) << 8);
      (words[index] as number) |= byte(message, at + 3);
    }
    compress(constants.rounds);
  }
  endMessage(message, start, constants.rounds);
  return stateBytes();
}

const byte = (message: Uint8Array, at: number): number => message[at] as number;

/** The bytes behind the last whole block, a one bit, zeros, and the length in bits. */
function endMessage(message: Uint8Array, start: number, rounds: Int32Array): void {
  const left = message.length - start;
  words.fill(0, 0, 16);
  for (let at = 0; at < left; at += 1) setByte(at, byte(message, start + at));
  setByte(left, 0x80);
  if (left + 1 + lengthBytes > blockBytes) {
    compress(rounds);
    words.fill(0, 0, 16);
  }
  words[15] = message.length * 8;
  compress(rounds);
}

function setByte(at: number, value: number): void {
  (words[at >> 2] as number) |= value << (24 - 8 * (at & 3));
}

function compress(rounds: Int32Array): void {
  for (let t = 16; t < 64; t += 1) {
    const early = words[t - 15] as number;
    const late = words[t - 2] as number;
    const first = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3);
    const second = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10);
    words[t] = ((words[t - 16] as number) + (words[t - 7] as number) + first + second) | 0;
  }
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  let f = state[5] as number;
  let g = state[6] as number;
  let h = state[7] as number;
  for (let t = 0; t < 64; t += 1) {
    const choice = g ^ (e & (f ^ g));
    const ofE = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const next = (h + ofE + choice + (rounds[t] as number) + (words[t] as number)) | 0;
    const majority = (a & b) | (c & (a | b));
    const ofA = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    h = g;
    g = f;
    f = e;
    e = (d + next) | 0;
    d = c;
    c = b;
    b = a;
    a = (next + ofA + majority) | 0;
  }
  addToState(0, a);
  addToState(1, b);
  addToState(2, c);
  addToState(3, d);
  addToState(4, e);
  addToState(5, f);
  addToState(6, g);
  addToState(7, h);
}

function addToState(index: number, value: number): void {
  (state[index] as number) += value;
}

function stateBytes(): Uint8Array {
  const bytes = new Uint8Array(32);
  for (let index = 0; index < 8; index += 1) {
    const word = state[index] as number;
    bytes[4 * index] = word >>> 24;
    bytes[4 * index + 1] = word >>> 16;
    bytes[4 * index + 2] = word >>> 8;
    bytes[4 * index + 3] = word;
  }
  return bytes;
}

function madeConstants(): { readonly rounds: Int32Array; readonly initial: Int32Array } {
  const { rounds, initial } = sha256Constants();
  return { rounds: Int32Array.from(rounds), initial: Int32Array.from(initial) };
}
