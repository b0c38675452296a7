/** Who reads page by page while builds take each other's place gets one consistent answer, or is told to begin again. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { type AnyStateMachine, rejected } from '@virtualchain/machine';
import { createMemoryLog, type LogChange, type OperationLog } from '@virtualchain/operation-log';
import { type MachineInstance, openProjection, openRegistry, readerOf } from '@virtualchain/projection';
import { gatewayOver } from '../kit/gateway-api.ts';
import { rebuildOn } from '../kit/projections.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { connectKv, kvInstance, publish, readAll } from './kv-log.ts';
import { FIRST_BLOCK } from './log-blocks.ts';

const topic = 'vchain.regtest.kv';
const NAMES = '/v1/chains/kv/machines/kv/collections/names';
const instance = kvInstance();

let parts: RealParts<'postgres'>;
let log: OperationLog;
let changes: readonly LogChange[];
let databases = 0;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  log = createMemoryLog();
  await publish(log, topic, [
    connectKv('a', ['alice +one', 'bob +two']),
    connectKv('aa', ['alice +three', 'bob +four']),
  ]);
  changes = await readAll(log, topic);
}, 120_000);

afterAll(async () => {
  await log?.close();
  await parts?.[Symbol.asyncDispose]();
});

async function folded(by: MachineInstance): Promise<string> {
  const url = await parts.postgres.createDatabase(`pages_${++databases}`);
  await using projection = await openProjection(url, by);
  await projection.advance(changes);
  return url;
}

test('a build of the same rules takes the place of the one that the first page was read of, and the pages go on', async () => {
  const url = await folded(instance);
  await using registry = await openRegistry(url);
  await using gateway = await gatewayOver(registry, 'regtest');
  const whole = (await gateway.answered(`${NAMES}?limit=500`)).entries;
  const first = await gateway.answered(`${NAMES}?limit=2`);
  await rebuildOn(url, { instance, log, topic, signal: new AbortController().signal });
  const second = await gateway.answered(`${NAMES}?limit=2&after=${first.next}`);
  expect([...first.entries, ...second.entries]).toEqual(whole);
  expect(second.next).toBeNull();
});

test('a build of other rules has other rows at the same block: the next page is refused, and no mixture', async () => {
  await using registry = await openRegistry(await folded(instance));
  await using gateway = await gatewayOver(registry, 'regtest');
  const first = await gateway.answered(`${NAMES}?limit=2`);
  // At the same block, by rules under which nothing is accepted above the first one.
  const { machine } = instance;
  const decide: AnyStateMachine['decide'] = async (op, context, state) =>
    context.block.height > FIRST_BLOCK
      ? rejected('TOO_LATE', 'nothing is taken any more')
      : machine.decide(op, context, state);
  const other: MachineInstance = { ...instance, machine: { ...machine, decide } };
  await using elsewhere = await openRegistry(await folded(other));
  const served = [{ instance: other, reader: readerOf(elsewhere, other) }];
  await using replaced = await gatewayOver(elsewhere, 'regtest', { served });
  expect((await replaced.answered(`${NAMES}?limit=2`)).at.blockHash).toBe(first.at.blockHash);
  const { status, body } = await replaced.get(`${NAMES}?limit=2&after=${first.next}`);
  expect({ status, body }).toMatchObject({ status: 410, body: { code: 'PAGE_GONE' } });
});
