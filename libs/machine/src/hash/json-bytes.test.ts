import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  bigint,
  boolean,
  bytes,
  collection,
  integer,
  legacyFloat,
  list,
  nullable,
  numeric,
  type Row,
  text,
} from '../state/collection.ts';
import { canonicalKey, canonicalRow, checkRow } from '../state/row.ts';
import { canonicalJson } from './canonical-json.ts';
import { LegacyFloat } from './field-value.ts';
import { JsonBytes } from './json-bytes.ts';

const shelf = collection({
  columns: {
    z: text(),
    a: integer(),
    m: nullable(bytes()),
    b: bigint(),
    n: numeric(),
    f: boolean(),
    l: legacyFloat(),
    k: list(list(bytes())),
  },
  key: ['z', 'a'],
});

const wellFormed = fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed());
const rows = fc.record({
  z: wellFormed,
  a: fc.maxSafeInteger().map((value) => value + 0),
  m: fc.option(fc.uint8Array()),
  b: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  n: fc.bigInt(),
  f: fc.boolean(),
  l: fc.double().map((value) => new LegacyFloat(value)),
  k: fc.array(fc.array(fc.uint8Array())),
});

/** Of an array that has to grow. */
function written(write: (json: JsonBytes) => void): string {
  const json = new JsonBytes(1);
  write(json);
  return new TextDecoder().decode(json.taken());
}

test('a row is written as the canonical JSON of its canonical values', () => {
  fc.assert(
    fc.property(rows, (row) => {
      expect(written((json) => json.row(shelf, row))).toBe(canonicalJson(canonicalRow(shelf, row)));
      expect(written((json) => json.key(shelf, row))).toBe(canonicalJson(canonicalKey(shelf, row)));
    }),
  );
});

test('text with a lone surrogate has no JSON form', () => {
  const [row] = fc.sample(rows, 1);
  expect(() => new JsonBytes().row(shelf, { ...row, z: '\ud800' } as Row)).toThrow('lone surrogate');
});

test.each([
  ['one digit more', 10n ** 39n],
  ['one digit more below zero', -(10n ** 39n)],
])('a number of %s than its column has does not fit, before it can reach a database', (_what, amount) => {
  const amounts = collection({ columns: { amount: numeric(39) }, key: ['amount'] });
  expect(() => checkRow('amounts', amounts, { amount })).toThrow('has more than 39 digits');
  expect(() => checkRow('amounts', amounts, { amount: amount / 10n })).not.toThrow();
});

test('a column cannot have a number of digits that Postgres does not take', () => {
  expect(() => numeric(0)).toThrow('give 1 to 1000');
  expect(() => numeric(1_001)).toThrow('give 1 to 1000');
});
