import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseExactJson } from './exact-json.ts';

test.each([
  ['0.1', '0.1'],
  ['1234567.12345678', '1234567.12345678'],
  ['1.0', '1.0'],
  ['1e3', '1e3'],
  ['9007199254740993', '9007199254740993'],
  ['-12', -12],
  ['0', 0],
  ['"0.1"', '0.1'],
  ['{"a":[20999999.9769,1]}', { a: ['20999999.9769', 1] }],
])('%s is read without a float', (text, expected) => expect(parseExactJson(text)).toEqual(expected));

test('whole numbers, text and structure are what JSON.parse makes of them', () =>
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null))),
      (value) => {
        expect(parseExactJson(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)));
      },
    ),
  ));
