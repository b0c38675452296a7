import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bigint, bytes, type Columns, integer, nullable, type Row, text } from './collection.ts';
import { encodeTuple } from './key-order.ts';

const columns: Columns = { t: text(), b: bytes(), i: integer(), n: nullable(bigint()) };

/** The order of the contract, spelled out: bytes of the UTF-8, bytes, numbers, null last. */
function compare(a: Row, b: Row): number {
  const bytesOf = (row: Row): Buffer => Buffer.from(row['t'] as string, 'utf8');
  const order = [
    Buffer.compare(bytesOf(a), bytesOf(b)),
    Buffer.compare(a['b'] as Uint8Array, b['b'] as Uint8Array),
    Math.sign((a['i'] as number) - (b['i'] as number)),
    compareNullable(a['n'] as bigint | null, b['n'] as bigint | null),
  ];
  return order.find((sign) => sign !== 0) ?? 0;
}

function compareNullable(a: bigint | null, b: bigint | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a < b ? -1 : Number(a > b);
}

const anyRow = fc.record({
  t: fc.string({ unit: 'grapheme', maxLength: 4 }).filter((value) => value.isWellFormed() && !value.includes('\u0000')),
  b: fc.uint8Array({ maxLength: 3 }),
  i: fc.oneof(fc.integer({ min: -20, max: 20 }), fc.maxSafeInteger()),
  n: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
});

test('encoded tuples sort as their columns do: text and bytes bytewise, integers numerically, null last', () => {
  fc.assert(
    fc.property(anyRow, anyRow, (a, b) => {
      const [left, right] = [a, b].map((row) => encodeTuple(columns, ['t', 'b', 'i', 'n'], row)) as [string, string];
      expect(left < right ? -1 : Number(left > right)).toBe(compare(a, b));
    }),
    { numRuns: 5_000 },
  );
});

test('a tuple sorts before the longer ones that it begins, and is their prefix', () => {
  fc.assert(
    fc.property(anyRow, (row) => {
      expect(encodeTuple(columns, ['t', 'b', 'i'], row).startsWith(encodeTuple(columns, ['t', 'b'], row))).toBe(true);
    }),
  );
});
