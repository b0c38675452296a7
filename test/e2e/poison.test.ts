import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { System } from '../kit/system.ts';
import { until } from '../kit/until.ts';

const POISON = resolve(import.meta.dirname, '../kit/poison-machine.ts');
const CORRECTED = { POISON_CORRECTED: '1' };
let system: System;

beforeAll(async () => {
  system = await System.start({ seed: 10 });
}, 180_000);

afterAll(async () => {
  delete process.env['POISON_CORRECTED'];
  await system?.[Symbol.asyncDispose]();
}, 60_000);

async function vchain(
  args: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  const process = await system.run('services/cli/src/main.ts', args, settings);
  const { code } = await process.exited;
  return { code, output: await readFile(process.logFile, 'utf8') };
}

test('a-machine-that-throws: it alone is faulted and says where; corrected and resumed it ends where the fold ends', async () => {
  const running = [await system.ingester(), await system.projector('kv')];
  let poison = await system.projector(POISON);
  await system.mine(4);
  await system.arrived(['kv', 'poison']);

  // A block with operations before and after the one that nobody thought of.
  const before = system.miner.tip;
  const { wallet } = system.miner;
  const operations = ['kv+before', 'kv\u0000poison', 'kv+after'].map((payload) =>
    wallet.operation(Buffer.from(payload)),
  );
  const poisonous = await system.miner.mine(operations);
  await system.mine(3);
  await system.arrived(['kv']);
  const status = await until(
    'the machine is faulted',
    () => system.status('poison'),
    (found) => found?.checkpoint.status === 'faulted',
  );
  const fault = { code: 'MACHINE_FAULTED', height: poisonous.height, txid: operations[1]?.txid };
  expect(status?.checkpoint.fault).toMatchObject({ ...fault, message: expect.stringContaining('nobody thought of') });
  expect(status?.tip?.hash).toBe(before.hash);
  const published = await blockOfLog(poisonous.hash);
  expect(status?.checkpoint.fault?.sequence).toBe((published?.sequence ?? 0) + 2);

  // The status says so, to people and to programs; a restart without a corrected module changes nothing.
  const told = await vchain(['status']);
  expect(told.output).toContain(
    `poison: MACHINE_FAULTED at height ${poisonous.height}, transaction ${fault.txid}, sequence ${status?.checkpoint.fault?.sequence}`,
  );
  const { machines } = JSON.parse((await vchain(['status', '--json'])).output) as StatusJson;
  expect(machines.find(({ name }) => name === 'poison')).toMatchObject({ state: 'faulted', fault });
  expect(machines.find(({ name }) => name === 'kv')).toMatchObject({ state: 'at tip', fault: null });
  await poison.stop();
  poison = await system.projector(POISON);
  expect(await vchain(['resume', POISON])).toMatchObject({ code: 0, output: expect.stringContaining('goes on') });
  await until(
    'the machine is faulted again, at the same place',
    () => system.status('poison'),
    (found) => found?.checkpoint.status === 'faulted' && found.checkpoint.fault?.txid === fault.txid,
  );
  expect((await system.status('poison'))?.tip?.hash).toBe(before.hash);

  // The corrected module waits for somebody who says so, and goes on where the broken one stood.
  await poison.stop();
  poison = await system.projector(POISON, CORRECTED);
  await until(
    'the corrected machine still stands at the fault',
    () => system.logOf(poison),
    (lines) => lines.some(({ state }) => state === 'faulted'),
  );
  expect(await vchain(['resume', POISON], CORRECTED)).toMatchObject({ code: 0 });
  await system.mine(1);
  await system.reorg(2);
  await system.arrived(['kv', 'poison']);
  process.env['POISON_CORRECTED'] = '1'; // the fold runs in this process
  expect(await system.differences(['kv', POISON])).toEqual([]);
  expect((await system.status('poison'))?.checkpoint).toMatchObject({ status: 'running', fault: null });
  await Promise.all([...running, poison].map((each) => each.stop()));
}, 120_000);

interface StatusJson {
  readonly machines: readonly { readonly name: string; readonly state: string; readonly fault: unknown }[];
}

async function blockOfLog(hash: string): Promise<{ readonly sequence: number } | null> {
  for await (const { changes } of system.log.read(system.topic, { after: null, untilEnd: true })) {
    for (const { event } of changes) if (event.hash === hash) return event;
  }
  return null;
}
