import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunningProcess } from '@virtualchain/local';
import { System } from '../kit/system.ts';
import { until } from '../kit/until.ts';

const MACHINES = ['kv', 'activity'];
let system: System;
let running: RunningProcess[] = [];

async function startServices(): Promise<void> {
  running = [await system.ingester(), await system.projector('kv'), await system.projector('activity')];
}

beforeAll(async () => {
  system = await System.start({ seed: 1 });
  await startServices();
  await system.mine(10);
  await system.arrived(MACHINES);
}, 180_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
}, 60_000);

test.each([1, 3, 12, 100])(
  'reorg of depth %i: both machines end exactly where the winning branch ends',
  async (depth) => {
    await system.mine(2);
    await system.arrived(MACHINES);
    await system.reorg(depth);
    await system.arrived(MACHINES);
    expect(await system.differences(MACHINES)).toEqual([]);
  },
  120_000,
);

test('reorg-while-down: while everything is down the node reorganises, and mines 20 blocks on top', async () => {
  await Promise.all(running.map((process) => process.stop()));
  await system.reorg(5);
  await system.mine(20);
  await startServices();
  await system.arrived(MACHINES);
  expect(await system.differences(MACHINES)).toEqual([]);
}, 120_000);

test('tip-moves-back: the node calls the tip invalid and has no other; the projections go back with it', async () => {
  await system.mine(3);
  await system.arrived(MACHINES);
  const branch = system.miner.branch();
  const [before, first] = [branch.at(-3), branch.at(-2)];
  if (before === undefined || first === undefined) throw new Error('the branch is too short');
  await system.rpc.call('invalidateblock', first.hash);
  await system.arrived(MACHINES, before);
  expect(await system.differences(MACHINES, system.miner.branch(before.hash))).toEqual([]);
  await system.rpc.call('reconsiderblock', first.hash);
  await system.arrived(MACHINES);
  expect(await system.differences(MACHINES)).toEqual([]);
}, 120_000);

test('node-killed: the node is killed, and lacks what it had not written; nothing is disconnected', async () => {
  await system.mine(2);
  await system.arrived(MACHINES);
  const before = await system.log.tail(system.topic);
  await system.parts.node.kill();
  await system.parts.node.start();
  await system.miner.resubmitAll();
  await system.mine(2);
  await system.arrived(MACHINES);
  expect(await eventTypesAfter(before?.sequence ?? 0)).toEqual(new Set(['block.connected']));
  expect(await system.differences(MACHINES)).toEqual([]);
}, 180_000);

/** What was written into the log since, markers of writers aside. */
async function eventTypesAfter(sequence: number): Promise<ReadonlySet<string>> {
  const types = new Set<string>();
  for await (const { changes } of system.log.read(system.topic, { after: null, untilEnd: true })) {
    for (const { event } of changes) if (event.sequence > sequence) types.add(event.type);
  }
  return types;
}

test('node-restarted-empty: the node forgets its chain and fills again; nothing is disconnected', async () => {
  const before = await system.log.tail(system.topic);
  await system.parts.node.startEmpty();
  await until(
    'the ingester calls the node behind',
    async () => (await system.logOf(running[0] as RunningProcess)).slice(-5),
    (lines) => JSON.stringify(lines).includes('behind'),
  );
  expect((await system.log.tail(system.topic))?.block?.hash).toBe(before?.block?.hash);
  await system.miner.resubmitAll();
  await system.mine(2);
  await system.arrived(MACHINES);
  expect(await eventTypesAfter(before?.sequence ?? 0)).toEqual(new Set(['block.connected']));
  expect(await system.differences(MACHINES)).toEqual([]);
}, 180_000);
