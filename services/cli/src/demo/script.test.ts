import { expect, test } from '@jest/globals';
import type { Act } from './acts.ts';
import { BEFORE_FORK, RETRACTED, WINNING } from './script.ts';

const winning: readonly Act[] = [...BEFORE_FORK, ...WINNING].flat();
const rejected = winning.filter(({ verdict }) => verdict === 'rejected');

test('the script shows enough: forty operations, eight rejected for three reasons, three blocks away', () => {
  expect(winning.length).toBeGreaterThanOrEqual(40);
  expect(rejected.length).toBeGreaterThanOrEqual(8);
  expect(new Set(rejected.map(({ code }) => code)).size).toBeGreaterThanOrEqual(3);
  expect(RETRACTED).toHaveLength(3);
  expect(RETRACTED.flat().length).toBeGreaterThanOrEqual(3);
  expect(WINNING.length).toBeGreaterThan(RETRACTED.length);
});
