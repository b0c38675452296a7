import { expect, test } from '@jest/globals';
import type { Txid } from '@virtualchain/bitcoin';
import { parentsFirst } from './parents-first.ts';

/** `b<a` spends an output of `a`. */
const spelled = (text: string) => {
  const [txid = '', parents = ''] = text.split('<');
  return { txid, inputs: [...parents].map((parent) => ({ txid: parent as Txid })) };
};
const ordered = (...transactions: readonly string[]) => parentsFirst(transactions.map(spelled)).map(({ txid }) => txid);

test.each([
  [['a', 'b', 'c'], 'abc'],
  [['b<a', 'a'], 'ab'],
  [['c<b', 'b<a', 'a', 'd'], 'abcd'],
  [['d<bc', 'c<a', 'b<a', 'a'], 'acbd'],
  [['b<x', 'a'], 'ba'],
])('%j stand behind what they spend, and else as they came', (given, expected) => {
  expect(ordered(...given).join('')).toBe(expected);
});

test('a chain of thousands, the last one first, takes no stack', () => {
  const length = 20_000;
  const chain = Array.from({ length }, (_, i) => ({
    txid: String(i),
    inputs: i === 0 ? [] : [{ txid: String(i - 1) as Txid }],
  }));
  expect(parentsFirst(chain.toReversed()).map(({ txid }) => txid)).toEqual(chain.map(({ txid }) => txid));
});
