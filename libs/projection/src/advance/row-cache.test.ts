import { expect, test } from '@jest/globals';
import type { EncodedKey, Row } from '@virtualchain/machine';
import { RowCache } from './row-cache.ts';

const key = (name: string): EncodedKey => name as EncodedKey;
const row = (value: string): Row => ({ value });

test('a row is known, known to be missing, or not known', () => {
  const cache = new RowCache();
  cache.keep('names', key('a'), row('1'));
  cache.keep('names', key('b'), null);
  expect(['a', 'b', 'c'].map((name) => cache.get('names', key(name)))).toEqual([row('1'), null, undefined]);
  expect(cache.get('others', key('a'))).toBeUndefined();
  cache.clear();
  expect(cache.get('names', key('a')) !== undefined).toBe(false);
});

test('the first kept goes first when there are too many rows', () => {
  const cache = new RowCache(2);
  for (const name of ['a', 'b', 'a', 'c']) cache.keep('names', key(name), row(name));
  expect(['a', 'b', 'c'].map((name) => cache.get('names', key(name)) !== undefined)).toEqual([true, false, true]);
});

test('few large rows fill it as well as many small ones, and the newest always stays', () => {
  const cache = new RowCache(1_000, 10_000);
  for (const name of ['a', 'b', 'c']) cache.keep('names', key(name), row('x'.repeat(2_000)));
  expect(['a', 'b', 'c'].map((name) => cache.get('names', key(name)) !== undefined)).toEqual([false, true, true]);
  cache.keep('names', key('d'), row('x'.repeat(20_000)));
  expect(['b', 'c', 'd'].map((name) => cache.get('names', key(name)) !== undefined)).toEqual([false, false, true]);
  cache.keep('names', key('d'), row('small'));
  cache.keep('names', key('e'), row('small'));
  expect(['d', 'e'].map((name) => cache.get('names', key(name)) !== undefined)).toEqual([true, true]);
});

test('of a collection that started empty, keys that never had a row are known to have none', () => {
  const cache = new RowCache(2);
  expect(cache.isUnheardOf('names', key('a'))).toBe(false);
  cache.startEmpty('names');
  for (const name of ['a', 'b', 'c']) cache.keep('names', key(name), row(name));
  cache.keep('names', key('none'), null);
  cache.clear();
  expect(['a', 'b', 'c', 'none'].map((name) => cache.isUnheardOf('names', key(name)))).toEqual([
    false,
    false,
    false,
    true,
  ]);
  expect(cache.isUnheardOf('others', key('none'))).toBe(false);
});
