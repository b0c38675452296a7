import { expect, test } from '@jest/globals';
import { ed25519 } from '@noble/curves/ed25519.js';
import { numberToBytesLE } from '@noble/curves/utils.js';
import fc from 'fast-check';
import { isEd25519Point } from './ed25519-point.ts';

const p = 2n ** 255n - 19n;

/** What a library finds that takes the root. */
function hasRoot(bytes: Uint8Array): boolean {
  try {
    ed25519.Point.fromBytes(bytes, true);
    return true;
  } catch {
    return false;
  }
}

const numbers = fc.oneof(
  fc.bigInt(0n, 2n ** 256n - 1n),
  fc.bigInt(0n, 40n),
  fc.bigInt(p - 40n, p + 18n),
  fc.bigInt(0n, 255n).map((shift) => 1n << shift),
);

test('what a library can decompress is a point, and nothing else', () =>
  fc.assert(
    fc.property(numbers, fc.boolean(), (y, sign) => {
      const bytes = numberToBytesLE(sign ? y | (1n << 255n) : y, 32);
      expect([y, isEd25519Point(bytes)]).toEqual([y, hasRoot(bytes)]);
    }),
    { numRuns: 3_000 },
  ));
