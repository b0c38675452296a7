/** What a plan says of a sync, held to the sync itself, on the real stack. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseBlock } from '@virtualchain/bitcoin';
import { scanBlock } from '@virtualchain/protocol';
import { Client } from '../kit/postgres-client.ts';
import { statusesOf } from '../kit/projections.ts';
import { System } from '../kit/system.ts';
import { until } from '../kit/until.ts';

const BLOCKS = 2_000;

let system: System;
/** Of the chain: the first blocks only fund the traffic. */
let firstBlock: number;

beforeAll(async () => {
  system = await System.start({ seed: 41 });
  firstBlock = system.miner.tip.height + 1;
  // An operation in every third block, and many in some: what a sample meets differs from place to place.
  for (let block = 0; block < BLOCKS; block++) await system.mine(1, block % 100 === 99 ? 12 : block % 3 === 0 ? 1 : 0);
}, 600_000);

afterAll(async () => system?.[Symbol.asyncDispose](), 60_000);

const parameters = () => JSON.stringify({ firstBlock });

test('the time of a sync of 2,000 blocks, its bytes, operations and disk, within a factor of two', async () => {
  const planning = await system.run('services/cli/src/main.ts', [
    ...['plan', '--chain', 'kv', '--chain-parameters', parameters(), '--json'],
  ]);
  expect(await planning.exited).toMatchObject({ code: 0 });
  const plan = JSON.parse((await readFile(planning.logFile, 'utf8')).trim().split('\n').at(-1) ?? '') as Readonly<
    Record<'blocks' | 'bytes' | 'operations' | 'seconds' | 'logBytes' | 'projectionBytes', number>
  >;
  const args = ['--chain', 'kv', '--chain-parameters', parameters()];
  const ingester = await system.ingester({}, args);
  const lines = await until(
    'the ingester is at the tip',
    () => system.logOf(ingester),
    (found) =>
      found.some(
        ({ state }, i) => state === 'leader' && found.slice(0, i).some((one) => one['state'] === 'catching-up'),
      ),
  );
  const since = lines.findIndex(({ state }) => state === 'catching-up');
  const times = [lines[since], lines.slice(since).find(({ state }) => state === 'leader')].map((line) =>
    Date.parse(String(line?.['time'])),
  );
  const seconds = (Number(times[1]) - Number(times[0])) / 1_000;
  expect(seconds).toBeGreaterThan(0);
  await system.run('services/projector/src/main.ts', ['--machine', 'kv', ...args]);
  await system.arrived(['kv']);
  const blocks = system.miner.branch().slice(firstBlock);
  const bytes = blocks.reduce((sum, block) => sum + block.bytes.length, 0);
  const operations = (await statusesOf(system.postgresUrl))[0]?.verdicts;
  const total = (operations?.accepted ?? 0) + (operations?.rejected ?? 0) + (operations?.ignored ?? 0);
  await using client = await Client.connect(system.postgresUrl);
  const [row] = await client.rows(`select sum(pg_total_relation_size(c.oid)) as size from pg_class c
    join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'kv_kv_v1_1' and c.relkind = 'r'`);
  const within = (planned: number, real: number) => ({
    planned,
    real,
    isWithin: planned <= 2 * real && real <= 2 * planned,
  });
  expect(plan).toMatchObject({ blocks: BLOCKS, from: firstBlock, to: system.miner.tip.height });
  expect({
    seconds: within(plan.seconds, seconds),
    bytes: within(plan.bytes, bytes),
    operations: within(plan.operations, total),
    projection: within(plan.projectionBytes, Number(row?.['size'])),
  }).toMatchObject({
    seconds: { isWithin: true },
    bytes: { isWithin: true },
    operations: { isWithin: true },
    projection: { isWithin: true },
  });
}, 300_000);

test('a chain of every payload, which asks for no senders, is planned as well', async () => {
  const planning = await system.run('services/cli/src/main.ts', [
    ...['plan', '--chain', 'opreturn', '--chain-parameters', parameters(), '--sample', '200', '--json'],
  ]);
  expect(await planning.exited).toMatchObject({ code: 0 });
  const plan = JSON.parse((await readFile(planning.logFile, 'utf8')).trim().split('\n').at(-1) ?? '');
  const blocks = system.miner.branch().slice(firstBlock);
  const payloads = blocks.flatMap((block) => scanBlock(parseBlock(block.bytes), { magic: new Uint8Array(0) })).length;
  expect(plan).toMatchObject({ chain: 'opreturn', blocks: BLOCKS, from: firstBlock });
  expect(plan.operations).toBeGreaterThan(payloads / 2);
  expect(plan.operations).toBeLessThan(payloads * 2);
}, 60_000);

test('behind the newest block of the log there is nothing to plan', async () => {
  const planning = await system.run('services/cli/src/main.ts', [
    ...['plan', '--chain', 'kv', '--chain-parameters', parameters()],
  ]);
  expect(await planning.exited).toMatchObject({ code: 1 });
  expect(await readFile(planning.logFile, 'utf8')).toContain('NOTHING_TO_PLAN');
}, 60_000);
