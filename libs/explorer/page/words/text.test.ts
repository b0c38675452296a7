import { expect, test } from '@jest/globals';
import { summaryOf } from './summary.ts';
import { ago, codeWords, fieldWords, satoshis, short, textOfHex } from './text.ts';

test.each([
  ['0', '0 sat'],
  ['999999', '999,999 sat'],
  ['1000000', '0.01 BTC'],
  ['123456789012345678901', '1,234,567,890,123.45678901 BTC'],
])('%s satoshis are %s', (text, shown) => expect(satoshis(text)).toBe(shown));

test.each([
  [0, 'now'],
  [-59, '59 seconds ago'],
  [-60, '1 minute ago'],
  [-7_200, '2 hours ago'],
  [-86_400, 'yesterday'],
  [90, 'in 1 minute'],
])('%i seconds from now is %s', (distance, shown) => expect(ago(1_000_000 + distance, 1_000_000)).toBe(shown));

test.each([
  ['68656c6c6f', 'hello'],
  ['c3bc', 'ü'],
  ['c3', null],
  ['00', null],
  ['1b5b', null],
  ['', null],
  ['abc', null],
  ['xy', null],
])('bytes %s read as %s', (hex, text) => expect(textOfHex(hex)).toBe(text));

test('codes, fields and hashes for people', () => {
  expect(codeWords('NAME_TAKEN')).toBe('name taken');
  expect(['value_hash', 'valueHash', 'DID'].map(fieldWords)).toEqual(['value hash', 'value hash', 'did']);
  expect([short('ab'.repeat(32), 4), short('abcdefgh', 4)]).toEqual(['abab…abab', 'abcdefgh']);
});

const event = { payload: '', decoded: null } as Parameters<typeof summaryOf>[0];

test.each([
  ['decoded fields', { decoded: { name: 'a', value: '68656c6c6f20776f726c64', note: null } }, 'a · hello world'],
  ['an unreadable payload', { payload: 'ff00', problem: 'unknown opcode' }, 'unknown opcode'],
  ['a readable one that is not decoded', { payload: '6869', problem: 'unknown opcode' }, 'hi'],
  ['a payload whose first byte is nobody’s opcode', { name: null, opcode: '68', payload: '69' }, 'hi'],
  ['nothing', {}, 'empty payload'],
])('%s in a line', (_what, fields, line) => expect(summaryOf({ ...event, ...fields })).toBe(line));
