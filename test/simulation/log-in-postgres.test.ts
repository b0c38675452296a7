import { hash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { usePlatformSha256 } from '@virtualchain/bitcoin';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { sharedServers } from '../kit/shared-servers.ts';
import { simulate } from './simulate.ts';
import { postgresKeeper } from './world/postgres-keeper.ts';

usePlatformSha256((bytes) => hash('sha256', bytes, 'buffer'));

/** `SIMULATION_SEED=17 npm test -- test/simulation/log-in-postgres` runs that one. */
const SEEDS = (process.env['SIMULATION_SEED'] ?? '1').split(',').map(Number);

let parts: RealParts<'postgres'>;
let databases = 0;
beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
}, 180_000);
afterAll(async () => parts?.[Symbol.asyncDispose](), 60_000);

async function run(seed: number) {
  databases += 1;
  const name = `simulated_${parts.runId}_${databases}`.toLowerCase().replace(/[^a-z0-9_]/g, '_');
  await using keeper = postgresKeeper(await parts.postgres.createDatabase(name));
  return simulate({ seed, keeper });
}

test.each(SEEDS)(
  'seed %d keeps every invariant with its log in a real Postgres, and is the same run twice, however long that takes',
  async (seed) => {
    const first = await run(seed);
    expect({ seed, violations: first.violations }).toEqual({ seed, violations: [] });
    const again = await run(seed);
    expect({ seed, counts: again.counts }).toEqual({ seed, counts: first.counts });
    expect(again.traceHash).toBe(first.traceHash);
  },
  600_000,
);
