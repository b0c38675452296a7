import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { spawnSimulation } from './spawn.ts';

const SEEDS = '1..8';
const FILE = 'test/simulation/trace-hashes.txt';
const RENEW = `npm run --silent simulate -- --seeds ${SEEDS} --hash > ${FILE}`;

/**
 * The hashes are this project's own output, which elsewhere is no source of an expectation. Here it is the right one:
 * the test does not say what a run should do (the checker does), it guards changes that only move code. They
 * leave every step of every seed where it was. A change that is meant to alter steps renews the file and says so.
 */
test(`renamed-and-rerouted: a refactoring leaves the traces of seeds ${SEEDS} as they were`, async () => {
  const stored = await readFile(join(import.meta.dirname, 'trace-hashes.txt'), 'utf8');
  const { code, output } = await spawnSimulation(['--seeds', SEEDS, '--hash']);
  const told = output === stored ? 'the same' : `other traces; if the steps were meant to change: ${RENEW}\n${output}`;
  expect({ code, told }).toEqual({ code: 0, told: 'the same' });
}, 300_000);
