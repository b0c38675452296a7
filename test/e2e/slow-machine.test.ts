/**
 * Eight machines at once on one topic. One takes a second for each operation and is far behind: the ingester and the other seven
 * are at the tip all the time, and once it can, it catches up. What it holds meanwhile: `services/projector/src/slow-machine.test.ts`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadChain, loadMachine } from '@virtualchain/definitions';
import type { RunningProcess } from '@virtualchain/local';
import { compareWithFold, foldRawBlocks } from '@virtualchain/testing';
import { openReader } from '../kit/projections.ts';
import { System } from '../kit/system.ts';

const UNHURRIED = resolve(import.meta.dirname, '../kit/unhurried-machine.ts');
const STEADY = Array.from({ length: 7 }, (_, i) => `steady${i + 1}`);
const BLOCKS = 100;
const OPERATIONS_PER_BLOCK = 10;
const NEW_BLOCKS = 5;

let system: System;
let folder: string;
let hurry: string;

beforeAll(async () => {
  system = await System.start({ seed: 21 });
  folder = await mkdtemp(join(tmpdir(), 'vchain-slow-machine-'));
  hurry = join(folder, 'hurry');
}, 180_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

test('one of eight machines is a thousand operations behind: nobody waits for it, and it catches up', async () => {
  await system.ingester();
  const projectors = [projector('slow', { hurry }), ...STEADY.map((name) => projector(name))];
  await system.mine(BLOCKS, OPERATIONS_PER_BLOCK);
  await Promise.all(projectors);
  await system.arrived(STEADY);
  for (let i = 0; i < NEW_BLOCKS; i++) {
    await system.mine(1);
    await system.arrived(STEADY, system.miner.tip, 30_000);
  }
  expect((await system.log.tail(system.topic))?.block?.hash).toBe(system.miner.tip.hash);
  const { accepted = 0 } = (await system.status('slow'))?.verdicts ?? {};
  expect(accepted).toBeLessThan((BLOCKS * OPERATIONS_PER_BLOCK) / 2);

  await writeFile(hurry, '');
  await system.arrived(['slow']);
  const tips = (await system.statuses()).map(({ tip }) => tip);
  expect(tips).toEqual(Array.from({ length: STEADY.length + 1 }, () => tips[0]));
  expect(await differencesOf('slow', { hurry })).toEqual([]);
}, 300_000);

function projector(name: string, others: Readonly<Record<string, string>> = {}): Promise<RunningProcess> {
  const parameters = { name, ...others };
  return system.projector(UNHURRIED, { VCHAIN_MACHINE_PARAMETERS: JSON.stringify(parameters) });
}

async function differencesOf(name: string, others: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const [chain, parameters] = [await loadChain('kv'), { name, ...others }];
  const instance = { chain, network: 'regtest', parameters, machine: await loadMachine(UNHURRIED, chain, parameters) };
  await using reader = await openReader(system.postgresUrl, instance);
  const fold = await foldRawBlocks(instance, system.miner.branch());
  return await reader.read('tip', (reading) => compareWithFold(reading, fold));
}
