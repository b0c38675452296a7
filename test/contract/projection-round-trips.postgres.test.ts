import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { openProjection } from '@virtualchain/projection';
import { countingNetwork } from '../kit/counting-network.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { activityInstance, changesOf, connectKv, kvInstance } from './kv-log.ts';

let parts: RealParts<'postgres'>;
let databases = 0;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
}, 120_000);

afterAll(async () => {
  await parts?.[Symbol.asyncDispose]();
});

const names = Array.from({ length: 12 }, (_, i) => '0'.repeat(i + 1));
const blocks = names.map((name, i) => connectKv(name, [`alice +n${i}`, `bob +m${i}`, `alice =n${i - 1}:v`, 'bob -m0']));

test.each([
  ['kv', kvInstance, 1, 4],
  ['kv, four blocks at once', kvInstance, 4, 4],
  ['two collections', activityInstance, 1, 5],
] as const)(
  '%s: an advance waits for Postgres a few times, however much it writes',
  async (_what, instance, size, most) => {
    const url = await parts.postgres.createDatabase(`round_trips_${parts.runId}_${++databases}`.toLowerCase());
    using network = await countingNetwork(url);
    await using projection = await openProjection(network.url, instance());
    const changes = await changesOf(blocks);
    await projection.advance(changes.slice(0, 4));
    const waits: number[] = [];
    for (let at = 4; at < changes.length; at += size) {
      const before = network.counted.roundTrips;
      await projection.advance(changes.slice(at, at + size));
      waits.push(network.counted.roundTrips - before);
    }
    expect(Math.max(...waits)).toBeLessThanOrEqual(most);
    expect(network.counted.connections).toBeLessThanOrEqual(12);
  },
  60_000,
);
