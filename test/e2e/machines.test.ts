import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunningProcess } from '@virtualchain/local';
import { System } from '../kit/system.ts';
import { until } from '../kit/until.ts';

const COUNTING = resolve(import.meta.dirname, '../kit/counting-machine.ts');
const NOTES = resolve(import.meta.dirname, '../kit/notes-chain.ts');
const encoder = new TextEncoder();
let system: System;
let ingester: RunningProcess;

beforeAll(async () => {
  system = await System.start({ seed: 5 });
  ingester = await system.ingester();
}, 180_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
}, 60_000);

test('activity stops for 50 blocks and catches up, and kv does not notice', async () => {
  const kv = await system.projector('kv');
  const activity = await system.projector('activity');
  await system.mine(5);
  await system.arrived(['kv', 'activity']);
  const stoppedAt = (await system.status('activity'))?.tip?.height;
  await activity.stop();
  for (let i = 0; i < 50; i++) {
    await system.mine(1);
    await system.arrived(['kv'], system.miner.tip, 10_000);
  }
  expect((await system.status('activity'))?.tip?.height).toBe(stoppedAt);
  const again = await system.projector('activity');
  await system.arrived(['kv', 'activity']);
  expect(await system.differences(['kv', 'activity'])).toEqual([]);
  await Promise.all([kv.stop(), again.stop()]);
}, 180_000);

test('a third machine, a stranger\u2019s module, is added later and folds from the start', async () => {
  await system.reorg(3);
  const counting = await system.projector(COUNTING);
  await system.arrived(['counting']);
  expect(await system.differences([COUNTING])).toEqual([]);
  expect((await system.status('counting'))?.verdicts.accepted).toBeGreaterThan(100);
  await counting.stop();
}, 120_000);

test('a virtual chain added later catches up, while the other stays within 2 blocks of the tip', async () => {
  const wallet = system.miner.walletOf('miner');
  for (let i = 0; i < 20; i++) await system.miner.mine([wallet.operation(encoder.encode(`ntn${i}`))]);
  await ingester.stop();
  const both = await system.ingester({}, ['--chain', 'kv', '--chain', NOTES]);
  const notesTopic = system.topic.replace(/kv$/, 'notes');
  const heightOf = async (topic: string): Promise<number> =>
    (await system.log.tail(topic).catch(() => null))?.block?.height ?? 0;
  await until(
    'kv is at the tip',
    () => heightOf(system.topic),
    (height) => height === system.miner.tip.height,
  );
  let worstLag = 0;
  for (let caughtUp = false; !caughtUp; ) {
    const before = system.miner.tip.height;
    worstLag = Math.max(worstLag, before - (await heightOf(system.topic)));
    caughtUp = (await heightOf(notesTopic)) >= before;
    await system.mine(1);
    await until(
      'kv follows',
      () => heightOf(system.topic),
      (height) => height >= system.miner.tip.height - 2,
    );
  }
  expect(worstLag).toBeLessThanOrEqual(2);
  const notes = [];
  for await (const { changes } of system.log.read(notesTopic, { after: null, untilEnd: true })) {
    for (const change of changes) if (change.kind === 'connected') notes.push(...change.operations);
  }
  expect(notes.map(({ payload }) => Buffer.from(payload, 'hex').toString())).toEqual(
    Array.from({ length: 20 }, (_, i) => String(i)),
  );
  await both.stop();
  ingester = await system.ingester();
}, 180_000);
