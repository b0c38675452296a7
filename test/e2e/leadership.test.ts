import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunningProcess } from '@virtualchain/local';
import { System } from '../kit/system.ts';
import { until } from '../kit/until.ts';

const MACHINES = ['kv'] as const;
let system: System;

beforeAll(async () => {
  system = await System.start({ seed: 3 });
}, 180_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
}, 60_000);

const epoch = async (): Promise<number> => (await system.log.tail(system.topic))?.epoch ?? 0;

/** Mines a block a second for a while. */
async function mineFor(seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end) {
    await system.mine(1, 2);
    await new Promise((resume) => setTimeout(resume, 1_000));
  }
}

/** Starts an ingester again whenever it ends, until told to stop. */
function supervise(name: string): { stop(): Promise<void>; current(): RunningProcess } {
  let stopped = false;
  let process: RunningProcess;
  const loop = (async () => {
    while (!stopped) {
      process = await system.ingester({ VCHAIN_WRITER_NAME: name });
      await process.exited;
    }
  })();
  return {
    current: () => process,
    stop: async () => {
      stopped = true;
      await process.stop();
      await loop;
    },
  };
}

test('two supervised ingesters: one leads, at most two changes of leader in a minute', async () => {
  const projector = await system.projector('kv');
  const ingesters = [supervise('first'), supervise('second')];
  await system.arrived(MACHINES);
  const before = await epoch();
  await mineFor(60);
  await system.arrived(MACHINES);
  expect((await epoch()) - before).toBeLessThanOrEqual(2);
  expect(await system.differences(MACHINES)).toEqual([]);
  await Promise.all(ingesters.map((ingester) => ingester.stop()));
  await projector.stop();
}, 200_000);

test('the leading ingester frozen for a minute: the stand-by takes over, and the woken one writes nothing', async () => {
  const projector = await system.projector('kv');
  const leader = await system.ingester();
  await system.mine(2);
  await system.arrived(MACHINES);
  const standBy = await system.ingester();
  await until(
    'the stand-by waits',
    () => system.logOf(standBy),
    (lines) => JSON.stringify(lines).includes('standby'),
  );
  await leader.kill('SIGSTOP');
  const frozenAt = await epoch();
  await mineFor(60);
  await system.arrived(MACHINES);
  expect(await epoch()).toBe(frozenAt + 1);
  await leader.kill('SIGCONT');
  await mineFor(10);
  await system.arrived(MACHINES);
  expect((await epoch()) - frozenAt).toBeLessThanOrEqual(2);
  expect(await system.differences(MACHINES)).toEqual([]);
  await Promise.all([leader.stop(), standBy.stop(), projector.stop()]);
}, 200_000);

test('two projectors of one machine: one waits for the other, neither corrupts', async () => {
  const ingester = await system.ingester();
  const projectors = [await system.projector('kv'), await system.projector('kv')];
  await system.mine(20);
  await system.reorg(4);
  await system.mine(20);
  await system.arrived(MACHINES);
  expect(await system.differences(MACHINES)).toEqual([]);
  await Promise.all([ingester, ...projectors].map((process) => process.stop()));
}, 120_000);

test('failover to a node that is behind: nothing is published, the status says behind', async () => {
  const lagging = await system.parts.startNode();
  await using rpc = (await import('@virtualchain/node-client')).openRpc(lagging.url);
  for (const block of system.miner.branch().slice(1, -10))
    await rpc.call('submitblock', Buffer.from(block.bytes).toString('hex'));
  const before = await system.log.tail(system.topic);
  const ingester = await system.ingester({ VCHAIN_NODE_URL: lagging.url });
  await until(
    'the ingester says that the node is behind',
    () => system.logOf(ingester),
    (lines) => JSON.stringify(lines).includes('behind'),
  );
  await system.mine(1);
  const after = await system.log.tail(system.topic);
  expect(after?.block?.hash).toBe(before?.block?.hash);
  await ingester.stop();
  const back = await system.ingester({ VCHAIN_NODE_URL: `${lagging.url},${system.parts.node.url}` });
  const projector = await system.projector('kv');
  await system.arrived(MACHINES);
  expect(await system.differences(MACHINES)).toEqual([]);
  await Promise.all([back.stop(), projector.stop()]);
}, 120_000);
