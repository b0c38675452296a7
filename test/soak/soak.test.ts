/** The short edition of `npm run soak -- --reorgs N`: garbage is collected before each look, so that a minute tells of a leak. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { SHORT_LIMITS } from './limits.ts';
import { runSoak } from './run.ts';

const seed = Number(process.env['SEED'] ?? 1);
const REORGS = 40;

test(`seed ${seed}: over ${REORGS} reorganisations no process keeps memory, files or threads, and readers miss nothing`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vchain-soak-'));
  const { signal } = new AbortController();
  const settings = { seed, limits: SHORT_LIMITS, sampleMs: 1_000, folder, log: () => undefined, signal };
  const { findings, wrong } = await runSoak({ ...settings, length: { kind: 'reorgs', reorgs: REORGS } });
  await rm(folder, { recursive: true });
  expect({ seed, wrong, broken: findings?.filter(({ isBroken }) => isBroken) }).toEqual({
    seed,
    wrong: [],
    broken: [],
  });
}, 600_000);
