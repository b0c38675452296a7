/** The gateway as a process on the real stack: what it answers follows the chain, through a reorganisation too. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunningProcess } from '@virtualchain/local';
import { startedLine } from '../kit/started-line.ts';
import { System } from '../kit/system.ts';
import { until } from '../kit/until.ts';

let system: System;
let gateway: RunningProcess;
let address = '';

beforeAll(async () => {
  system = await System.start({ seed: 32 });
  // Before there is anything to serve.
  gateway = await system.run('services/cli/src/main.ts', ['gateway', '--api-port', '0']);
  const started = await startedLine(gateway);
  ({ address } = started);
  expect(started).toMatchObject({ machines: [] });
  await Promise.all([system.ingester(), system.projector('kv')]);
  await system.mine(3);
  await system.arrived(['kv']);
}, 240_000);

afterAll(async () => system?.[Symbol.asyncDispose](), 60_000);

async function ask(path: string) {
  const response = await fetch(`${address}${path}`);
  return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> };
}

const BASE = '/v1/chains/kv/machines/kv';

test('a machine that goes live later is served, at the same address', async () => {
  const served = await until(
    'the machine is served',
    async () => JSON.stringify((await ask('/v1/chains').catch(() => null))?.body),
    (body) => body?.includes('"names"') === true,
  );
  expect(JSON.parse(served ?? '')).toMatchObject({ chains: [{ name: 'kv', machines: [{ name: 'kv' }] }] });
}, 60_000);

test('it answers with the block of the node, and with the branch that took its place', async () => {
  const before = await ask(`${BASE}/blocks?limit=1`);
  const tip = system.miner.tip;
  expect(before).toMatchObject({ status: 200, body: { entries: [{ height: tip.height, hash: tip.hash }] } });
  await system.reorg(2);
  await system.arrived(['kv']);
  const after = await ask(`${BASE}/blocks?limit=1`);
  expect(after.body['entries']).toMatchObject([{ hash: system.miner.tip.hash }]);
  expect(await ask(`${BASE}/collections/names?at=${tip.hash}`)).toMatchObject({
    status: 404,
    body: { code: 'BLOCK_NOT_ON_BRANCH' },
  });
}, 120_000);

test('told to stop, it stops', async () => {
  await gateway.kill('SIGTERM');
  expect((await gateway.exited).code).toBe(0);
}, 60_000);
