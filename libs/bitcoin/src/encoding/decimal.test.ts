import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decimalText, decimalUnits, satsOfBtc } from './decimal.ts';

test.each([
  ['0.00001000', 1_000n],
  ['0.00001', 1_000n],
  ['1e-05', 1_000n],
  ['1E-8', 1n],
  ['20999999.9769', 2_099_999_997_690_000n],
  ['1', 100_000_000n],
  ['0', 0n],
  ['0.000000010', 1n],
  ['0.000000001', null],
  ['-1', null],
  ['', null],
  ['.5', null],
  ['1,5', null],
  ['NaN', null],
  ['1e999', null],
])('%s bitcoins are %s satoshis', (text, sats) => expect(satsOfBtc(text)).toBe(sats));

test('what is written as decimal text is read as the same number, to the last unit', () =>
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n }), fc.integer({ min: 1, max: 8 }), (units, places) => {
      expect(decimalUnits(decimalText(units, places), places)).toBe(units);
    }),
  ));
