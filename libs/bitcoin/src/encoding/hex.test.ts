import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bytesToHex, hexToBytes, isHex, isHexBytes, reversedHex } from '../index.ts';

test('hex of any length goes there and back', () =>
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ minLength: 1_000, maxLength: 1_050 })),
      (bytes) => {
        const hex = bytesToHex(bytes);
        expect(hex).toBe(Buffer.from(bytes).toString('hex'));
        expect(hexToBytes(hex)).toEqual(bytes);
        expect(hexToBytes(hex.toUpperCase())).toEqual(bytes);
        expect(reversedHex(bytes)).toBe(Buffer.from(bytes).reverse().toString('hex'));
      },
    ),
  ));

test('text-of-pieces: a txid that is kept takes its digits, and no tree of the pieces it was made of', () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const hashes = Array.from({ length: 10_000 }, (_, index) => new Uint8Array(32).fill(index));
  const kept = (make: (bytes: Uint8Array) => string): number => {
    gc();
    const before = process.memoryUsage().heapUsed;
    const texts = hashes.map(make);
    gc();
    return (process.memoryUsage().heapUsed - before) / texts.length;
  };
  kept(bytesToHex); // code is made on the way
  expect(kept(bytesToHex)).toBeLessThan(2 * 64);
  expect(kept((bytes) => reversedHex(bytes))).toBeLessThan(2 * 64);
});

test.each(['0', 'zz', '0g', '0x', 'é0', ' 0'])('%j is not hex bytes', (text) => {
  expect(() => hexToBytes(text)).toThrow(RangeError);
  expect(isHexBytes(text)).toBe(false);
});

test('ten megabytes of hex are checked without running out of stack', () => {
  expect(isHexBytes('ab'.repeat(5_000_000))).toBe(true);
});

test.each([
  ['00', true],
  ['abc', true],
  ['0xAb', true],
  ['', false],
  ['0x', false],
  ['00\n', false],
])('is_hex of %j is %s', (text, expected) => expect(isHex(text)).toBe(expected));
