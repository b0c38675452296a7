import { hash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { usePlatformSha256 } from '@virtualchain/bitcoin';
import { simulate } from './simulate.ts';
import { spawnSimulation } from './spawn.ts';

usePlatformSha256((bytes) => hash('sha256', bytes, 'buffer'));

/** Apart from the named seeds, so that the two suites do not run the same. */
const SEEDS = '1..200';

test(`seeds ${SEEDS} keep every invariant`, async () => {
  const { code, output } = await spawnSimulation(['--seeds', SEEDS]);
  expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
  expect(output).toMatch(/ 200 seeds\n/);
}, 600_000);

describe('a seed is all there is to a run', () => {
  test.each([3, 4])('seed %d leaves the same trace twice', async (seed) => {
    const lines: string[] = [];
    const first = await simulate({ seed, trace: (line) => lines.push(line) });
    const again = await simulate({ seed });
    expect(again.traceHash).toBe(first.traceHash);
    expect(again.counts).toEqual(first.counts);
    expect(lines.length).toBeGreaterThan(1_000);
  });

  test('another seed leaves another', async () => {
    const [one, other] = [await simulate({ seed: 3 }), await simulate({ seed: 4 })];
    expect(one.traceHash).not.toBe(other.traceHash);
  });
});

test('a seed that fails is named with the command that repeats it', async () => {
  const { code, output } = await spawnSimulation(['--seed', '4'], { VCHAIN_SIMULATION_FAILS: 'yes' });
  expect(code).toBe(1);
  expect(output).toContain('seed 4 failed; to see it again: npm run simulate -- --seed 4 --trace');
});
