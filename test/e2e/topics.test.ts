import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { System } from '../kit/system.ts';
import { until } from '../kit/until.ts';

const MACHINES = ['kv', 'activity'] as const;
let system: System;

beforeAll(async () => {
  system = await System.start({ seed: 4 });
}, 180_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
}, 60_000);

async function deleteTopic(): Promise<void> {
  const admin = new Kafka({ brokers: [...system.parts.kafka.brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [system.topic] });
  await until(
    'the topic is gone',
    () => admin.listTopics(),
    (topics) => !topics.includes(system.topic),
  );
  await admin.disconnect();
}

const vchain = async (
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly output: string }> => {
  const process = await system.run('services/cli/src/main.ts', args);
  const { code } = await process.exited;
  const { readFile } = await import('node:fs/promises');
  return { code, output: await readFile(process.logFile, 'utf8') };
};

test('topic-deleted-while-running: the ingester publishes its chain again; the projectors refuse it by name, and go on once they are attached', async () => {
  const ingester = await system.ingester();
  const projectors = [await system.projector('kv'), await system.projector('activity')];
  await system.mine(10);
  await system.reorg(3);
  await system.arrived(MACHINES);

  await deleteTopic(); // under the running ingester, which publishes the chain again
  for (const machine of MACHINES) {
    await until(
      `${machine} refuses`,
      () => system.status(machine),
      (status) => status?.checkpoint.fault?.code === 'LOG_REPLACED',
    );
  }
  const before = (await system.status('kv'))?.tip;
  await system.mine(5);
  await until(
    'the new topic has all',
    () => system.log.tail(system.topic),
    (tail) => tail?.block?.hash === system.miner.tip.hash,
  );
  expect((await system.status('kv'))?.tip).toEqual(before);

  for (const machine of MACHINES)
    expect(await vchain('attach', machine)).toMatchObject({ code: 0, output: expect.stringContaining('stands on') });
  await system.arrived(MACHINES);
  await system.reorg(4);
  await system.arrived(MACHINES);
  expect(await system.differences(MACHINES)).toEqual([]);
  for (const machine of MACHINES)
    expect(await vchain('verify', machine)).toMatchObject({
      code: 0,
      output: expect.stringContaining('all hashes agree'),
    });
  await Promise.all([ingester, ...projectors].map((process) => process.stop()));
}, 180_000);
