import { expect, test } from '@jest/globals';
import { base58 as reference } from '@scure/base';
import fc from 'fast-check';
import { base58 } from './base58.ts';

test('bytes of any length, with zeros in front or all of them, are written as the library writes them', () =>
  fc.assert(
    fc.property(fc.nat(5), fc.uint8Array({ maxLength: 40 }), (zeros, rest) => {
      const bytes = Uint8Array.of(...new Uint8Array(zeros), ...rest);
      expect(base58(bytes)).toBe(reference.encode(bytes));
    }),
    { numRuns: 2_000 },
  ));

test.each([[255], [0], [58]])('twenty-five bytes of %i too', (byte) => {
  const bytes = new Uint8Array(25).fill(byte);
  expect(base58(bytes)).toBe(reference.encode(bytes));
});
