import { expect, test } from '@jest/globals';
import { bigint, boolean, bytes, type Column, integer, legacyFloat, list, numeric, text } from './collection.ts';
import { readColumnText } from './column-text.ts';

test.each<[string, Column<unknown>, string, unknown]>([
  ['text', text(), 'alice', 'alice'],
  ['empty text', text(), '', ''],
  ['bytes', bytes(), '00ff', Uint8Array.of(0, 255)],
  ['no bytes', bytes(), '', new Uint8Array(0)],
  ['a negative integer', integer(), '-7', -7],
  ['the largest integer', integer(), '9007199254740991', Number.MAX_SAFE_INTEGER],
  ['a bigint', bigint(), '9223372036854775807', 2n ** 63n - 1n],
  ['a numeric', numeric(), '-12', -12n],
  ['the largest of 128 bits', numeric(39), String(2n ** 128n - 1n), 2n ** 128n - 1n],
  ['true', boolean(), 'true', true],
  ['false', boolean(), 'false', false],
])('%s reads', (_what, column, given, value) => {
  expect(readColumnText(column, given)).toEqual({ kind: 'value', value });
});

test.each<[string, Column<unknown>, string]>([
  ['text with a NUL', text(), 'a\u0000b'],
  ['text with half a character', text(), '\ud800'],
  ['hex of odd length', bytes(), 'abc'],
  ['hex in upper case', bytes(), 'AB'],
  ['an integer with a fraction', integer(), '1.5'],
  ['an integer beyond 2^53', integer(), '9007199254740992'],
  ['nothing for an integer', integer(), ''],
  ['minus nothing', integer(), '-0'],
  ['a bigint of 64 bits', bigint(), '9223372036854775808'],
  ['a bigint in words', bigint(), 'many'],
  ['a numeric of 81 digits', numeric(), '9'.repeat(81)],
  ['a numeric with a zero in front', numeric(), '01'],
  ['perhaps', boolean(), 'perhaps'],
  ['a float', legacyFloat(), '1'],
  ['a list', list(text()), 'a'],
])('%s is told by its rule', (_what, column, given) => {
  expect(readColumnText(column, given)).toEqual({ kind: 'problem', rule: expect.any(String) });
});
