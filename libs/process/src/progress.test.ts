import { expect, test } from '@jest/globals';
import { formatProgress, progressMeter } from './progress.ts';

test('a steady pace gives the time left', () => {
  const meter = progressMeter({ total: 100_000, startMs: 0 });
  for (let second = 1; second <= 20; second++) meter.add({ blocks: 600, operations: 150 }, second * 1_000);
  expect(formatProgress(meter.read(20_000))).toBe(
    '12,000 of 100,000 blocks (12 %), 600 blocks/s, 150 operations/s, 3 min left',
  );
});

test('rates follow a change of pace within ten seconds', () => {
  const meter = progressMeter({ total: 10_000, startMs: 0 });
  meter.add({ blocks: 5_000, operations: 0 }, 1_000);
  for (let second = 2; second <= 30; second++) meter.add({ blocks: 1, operations: 0 }, second * 1_000);
  expect(meter.read(30_000).blocksPerSecond).toBe(1);
});

test('a standstill has no time left, and the end none', () => {
  const meter = progressMeter({ total: 10, startMs: 0 });
  expect(meter.read(0)).toMatchObject({ blocksPerSecond: 0, remainingMs: undefined });
  meter.add({ blocks: 10, operations: 0 }, 1_000);
  expect(meter.read(60_000).remainingMs).toBe(0);
});

test('without a total it counts', () => {
  const meter = progressMeter({ startMs: 0 });
  meter.add({ blocks: 3, operations: 1 }, 2_000);
  expect(formatProgress(meter.read(2_000))).toBe('3 blocks, 1.5 blocks/s, 0.5 operations/s');
});

test('a million notes cost no more memory than a few', () => {
  const meter = progressMeter({ startMs: 0 });
  for (let note = 1; note <= 1_000_000; note++) meter.add({ blocks: 1, operations: 0 }, note / 10);
  expect(meter.read(100_000)).toMatchObject({ blocks: 1_000_000 });
  expect(Math.round(meter.read(100_000).blocksPerSecond)).toBe(10_000);
});
