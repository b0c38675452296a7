import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { sharedServers } from '../kit/shared-servers.ts';
import { loadSubscribers, slopeOf } from './subscribers-run.ts';

let parts: RealParts<'postgres'>;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
}, 120_000);

afterAll(async () => parts?.[Symbol.asyncDispose]());

test('many readers of one gateway: every busy one gets every entry once and in order, the idle ones none', async () => {
  const load = { idle: 60, busy: 20, blocks: 8, scale: 0.1, blockEveryMs: 200, warmUpMs: 0 };
  const result = await loadSubscribers(parts, load);
  const { lastPosition, operations } = result;
  expect(operations).toBe(960);
  // Each block has its opening and its sealing beside its operations.
  expect(lastPosition).toBe(operations + 2 * load.blocks);
  expect(result.positions).toEqual(Array(load.busy).fill(lastPosition));
  expect(result).toMatchObject({ wrong: 0, idleEntries: 0, open: load.idle + load.busy });
  expect(result.samples.length).toBeGreaterThan(0);
}, 120_000);

test('the slope of samples is that of the line through them, by minute', () => {
  const samples = [0, 30, 60, 90].map((seconds) => ({ seconds, residentMb: 100 + seconds / 20 }));
  expect(slopeOf(samples)).toBeCloseTo(3);
});
