import { ripemd160 as nobleRipemd160 } from '@noble/hashes/legacy.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { SHORT_BYTES_MAX, shortSha256 } from '../sha256/short-sha256.ts';
import { bytesEqual } from './bytes.ts';
import { hexToBytes } from './hex.ts';

/** A synchronous hash; the result is the caller's to keep. */
export type HashFunction = (bytes: Uint8Array) => Uint8Array;

let currentSha256: HashFunction = nobleSha256;

const KNOWN_ANSWERS: readonly (readonly [text: string, sha256: string])[] = [
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
];

/**
 * From now on sha256 of all but short messages is the platform's own, which is about ten times faster on long input. A
 * process hands it in once, at its start: `usePlatformSha256((bytes) => hash('sha256', bytes, 'buffer'))`.
 * @throws RangeError when it fails a known answer.
 */
export function usePlatformSha256(platformSha256: HashFunction): void {
  for (const [text, expected] of KNOWN_ANSWERS) {
    const actual = platformSha256(new TextEncoder().encode(text));
    if (!bytesEqual(actual, hexToBytes(expected))) throw new RangeError(`not sha256: wrong hash of '${text}'`);
  }
  currentSha256 = platformSha256;
}

/** SHA-256, 32 bytes; by the platform where `usePlatformSha256` named it. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return bytes.length <= SHORT_BYTES_MAX ? shortSha256(bytes) : currentSha256(bytes);
}

/** sha256 of sha256, 32 bytes: what Bitcoin hashes headers and transactions with. */
export function doubleSha256(bytes: Uint8Array): Uint8Array {
  return shortSha256(sha256(bytes));
}

/** RIPEMD-160, 20 bytes. */
export function ripemd160(bytes: Uint8Array): Uint8Array {
  return nobleRipemd160(bytes);
}

/** ripemd160 of sha256. */
export function hash160(bytes: Uint8Array): Uint8Array {
  return nobleRipemd160(sha256(bytes));
}

const pair = new Uint8Array(64);

/** Double sha256 of two 32-byte nodes side by side, without joining them into a new array each time. */
export function doubleSha256OfPair(left: Uint8Array, right: Uint8Array): Uint8Array {
  pair.set(left, 0);
  pair.set(right, 32);
  return doubleSha256(pair);
}
