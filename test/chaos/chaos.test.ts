/** The short edition of `npm run chaos`: one minute of troubles on real processes, the same schedule every time. */
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { runChaos } from './run.ts';

const seed = Number(process.env['SEED'] ?? 3);
const keepIn = join(resolve(import.meta.dirname, '../..'), '.vchain/chaos');

test(`seed ${seed}: killed, frozen and cut off for a minute, nothing is lost, doubled or different`, async () => {
  const { signal } = new AbortController();
  const outcome = await runChaos({ seed, minutes: 1, log: () => undefined, signal, keepIn });
  const { judgement, shortfalls, kept } = outcome ?? {};
  expect({ seed, kept, breaches: judgement?.breaches, shortfalls }).toEqual({
    ...{ seed, kept: null, breaches: [], shortfalls: [] },
  });
}, 900_000);
