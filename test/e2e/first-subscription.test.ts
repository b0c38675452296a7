/** Follows the tutorial of the first subscription, on a real node and Kafka: run it, stop it, reorganise, start it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { foldRawBlocks } from '@virtualchain/testing';
import { bareEnvironment } from '../kit/bare-environment.ts';
import { System } from '../kit/system.ts';
import { FIRST_SUBSCRIPTION } from '../kit/tutorials.ts';
import { until } from '../kit/until.ts';
import { openWalkthrough, type Walkthrough } from '../kit/walkthrough.ts';

let tutorial: Walkthrough;
let system: System;
let starts = 0;

beforeAll(async () => {
  tutorial = await openWalkthrough(FIRST_SUBSCRIPTION);
  system = await System.start({ seed: 15 });
  await system.ingester();
}, 180_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await tutorial?.[Symbol.asyncDispose]();
}, 60_000);

/** The command of step 3, in the folder of the tutorial. */
function startSubscriber() {
  const words = tutorial.block(3, 'sh').trim().split(' ');
  expect(words).toEqual(['node', 'subscriber.ts', 'BROKER', 'TOPIC']);
  const [broker = ''] = system.parts.kafka.brokers;
  const folder = join(tutorial.folder, FIRST_SUBSCRIPTION.name);
  return system.parts.startProcess({
    name: `subscriber-${++starts}`,
    command: 'sh',
    args: ['-c', 'cd "$0" && exec "$1" subscriber.ts "$2" "$3"', folder, process.execPath, broker, system.topic],
    env: bareEnvironment,
  });
}

/** What it printed, once the newest block is in it; what Node warns of left out. */
async function printedUpTo(logFile: string, last: RegExp): Promise<readonly string[]> {
  const text = await until(
    `it says ${last}`,
    () => readFile(logFile, 'utf8'),
    (found) => last.test(found),
  );
  return text.split('\n').filter((line) => /^(from|going|connected|disconnected) /.test(line));
}

async function operationsOnTheBranch(): Promise<number> {
  const fold = await foldRawBlocks(await system.instance('kv'), system.miner.branch());
  return fold.blocks.reduce((sum, { outcomes }) => sum + outcomes.length, 0);
}

test('the subscriber counts the branch, goes on where it was, and takes back what left the branch', async () => {
  const { height: first } = await system.mine(3);
  const subscriber = await startSubscriber();
  const before = await operationsOnTheBranch();
  const printed = await printedUpTo(subscriber.logFile, new RegExp(`^connected ${first}, .*$`, 'm'));
  expect(printed[0]).toBe('from the beginning');
  expect(printed.at(-1)).toBe(`connected ${first}, operations so far: ${before}`);
  await subscriber.kill('SIGKILL');

  const { height: second } = await system.reorg(2);
  const again = await startSubscriber();
  const after = await operationsOnTheBranch();
  const more = await printedUpTo(again.logFile, new RegExp(`^connected ${second}, .*$`, 'm'));
  expect(more[0]).toBe(`going on behind block ${first}`);
  expect(more.slice(1).map((line) => line.split(',')[0])).toEqual([
    `disconnected ${first}`,
    `disconnected ${first - 1}`,
    ...[first - 1, first, second].map((height) => `connected ${height}`),
  ]);
  expect(more.at(-1)).toBe(`connected ${second}, operations so far: ${after}`);
  await again.stop();
}, 120_000);
