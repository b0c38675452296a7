import { expect, test } from '@jest/globals';
import { createBackOff } from './back-off.ts';

const LIMITS = { firstMs: 100, lastMs: 500 };
const times = (count: number, next: () => number): number[] => Array.from({ length: count }, next);

test('waits double from the first to the last, and begin again after something went well', () => {
  const waits = createBackOff(LIMITS);
  expect(times(5, waits.nextMs)).toEqual([100, 200, 400, 500, 500]);
  waits.reset();
  expect(waits.nextMs()).toBe(100);
});

test('a jitter takes away up to one half of each', () => {
  const drawn = [0, 0.5, 1];
  const waits = createBackOff(LIMITS, () => drawn.shift() ?? 0);
  expect(times(4, waits.nextMs)).toEqual([50, 150, 400, 250]);
});
