import { expect, test } from '@jest/globals';
import type { EncodedKey } from '@virtualchain/machine';
import { KEY_FILTER_BITS_FIRST } from '../limits.ts';
import { KeyFilter } from './key-filter.ts';

const key = (what: string, number: number): EncodedKey => `\u0001${what}${number}\u0000\u0000`;

test('of every key that was added it says yes, and of nearly every other one no, while it grows', () => {
  const filter = new KeyFilter();
  expect(filter.mayHave(key('name', 0))).toBe(false);
  const added = 120_000; // three times what it begins with
  for (let i = 0; i < added; i++) filter.add(key('name', i));
  let [missed, mistaken] = [0, 0];
  for (let i = 0; i < added; i++) {
    if (!filter.mayHave(key('name', i))) missed++;
    if (filter.mayHave(key('other', i))) mistaken++;
  }
  expect(missed).toBe(0);
  expect(mistaken / added).toBeLessThan(0.03);
});

test('beyond its bounds it says yes of all, and keeps nothing', () => {
  const filter = new KeyFilter(KEY_FILTER_BITS_FIRST);
  expect(filter.mayHave(key('never', 1))).toBe(false);
  for (let i = 0; i < KEY_FILTER_BITS_FIRST / 10; i++) filter.add(key('name', i));
  expect(filter.mayHave(key('never', 1))).toBe(true);
});
