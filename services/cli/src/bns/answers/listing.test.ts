import { expect, test } from '@jest/globals';
import { listAll } from './listing.ts';

const numbers = [1, 2, 3, 4, 5];
const inTwos = async (before: readonly number[]) => numbers.slice(before.length, before.length + 2);

test('pages are joined until there is none, and a list that goes on says so', async () => {
  expect(await listAll(inTwos, 9)).toEqual({ items: numbers, isCut: false });
  expect(await listAll(inTwos, 5)).toEqual({ items: numbers, isCut: false });
  expect(await listAll(inTwos, 4)).toEqual({ items: [1, 2, 3, 4], isCut: true });
  expect(await listAll(async () => [])).toEqual({ items: [], isCut: false });
});
