import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { foldRawBlocks } from '@virtualchain/testing';
import { System } from '../kit/system.ts';
import { seeded } from '../kit/traffic.ts';
import { until } from '../kit/until.ts';

test('a subscriber that reads only the topic, killed and restarted at random, ends with exactly the winning branch\u2019s operations', async () => {
  const random = seeded(11);
  await using system = await System.start({ seed: 11 });
  await system.ingester();
  const file = join(system.parts.runDirectory, 'subscriber.json');
  const start = () => system.run('test/kit/subscriber.ts', [file, system.topic]);
  let subscriber = await start();
  for (let kill = 0; kill < 12; kill++) {
    for (let i = 0; i < 3; i++) {
      if (random() < 0.3) await system.reorg(1 + Math.floor(random() * 5));
      else await system.mine(1, 1 + Math.floor(random() * 5));
    }
    await new Promise((resume) => setTimeout(resume, 300 + random() * 900));
    await subscriber.kill('SIGKILL');
    subscriber = await start();
  }
  await system.mine(2);
  const read = async (): Promise<readonly { hash: string; operations: readonly string[] }[]> =>
    readFile(file, 'utf8').then(
      (text) => JSON.parse(text).blocks,
      () => [],
    );
  const blocks = await until(
    'the subscriber has the tip',
    read,
    (found) => found.at(-1)?.hash === system.miner.tip.hash,
  );
  const fold = await foldRawBlocks(await system.instance('kv'), system.miner.branch());
  const wanted = fold.blocks.map(({ block, outcomes }) => ({
    hash: block.hash,
    operations: outcomes.map(({ event }) => `${event.txid} ${event.payload}`),
  }));
  expect(blocks).toEqual(wanted);
  expect(await readFile(subscriber.logFile, 'utf8')).toBe(''); // nothing is said on the terminal of who uses the client
}, 240_000);

test('`vchain tail` says what it waits for: the topic, then the next block', async () => {
  await using system = await System.start({ seed: 12 });
  const tail = await system.run('services/cli/src/main.ts', ['tail']);
  const says = (what: string) =>
    until(
      `it says: ${what}`,
      () => readFile(tail.logFile, 'utf8'),
      (text) => text.includes(what),
    );
  await says(`waiting: topic ${system.topic} does not exist`);
  await system.ingester();
  await says(`at the end of ${system.topic}, height ${system.miner.tip.height}; waiting for the next block`);
  const next = await system.mine(1);
  await says(`+ ${next.height} ${next.hash}`);
  await tail.stop();
}, 120_000);
