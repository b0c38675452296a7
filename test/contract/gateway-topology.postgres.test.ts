/** Who reads what, and how far behind: with the log at hand and without, with a machine that lags and one that stopped. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { createMemoryLog, type LogEntry, type OperationLog } from '@virtualchain/operation-log';
import { openProjection, openRegistry, type Registry } from '@virtualchain/projection';
import { gatewayOver } from '../kit/gateway-api.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { activityInstance, connectKv, kvInstance, publish, readAll } from './kv-log.ts';
import { FIRST_BLOCK, hashOf } from './log-blocks.ts';

const TOPIC = 'vchain.regtest.kv';
const ENTRIES: readonly LogEntry[] = ['a', 'aa', 'aaa', 'aaaa'].map((block) => connectKv(block, [`alice +${block}`]));

let parts: RealParts<'postgres'>;
let log: OperationLog;
let registry: Registry;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  const url = await parts.postgres.createDatabase('gateway_topology');
  log = createMemoryLog();
  await publish(log, TOPIC, ENTRIES);
  const changes = await readAll(log, TOPIC);
  await using kv = await openProjection(url, kvInstance());
  await kv.advance(changes.slice(0, 3));
  await using activity = await openProjection(url, activityInstance());
  await activity.advance(changes.slice(0, 1));
  await activity.setFault({
    code: 'MACHINE_FAULTED',
    message: 'it threw',
    height: FIRST_BLOCK + 1,
    txid: null,
    sequence: 5,
  });
  registry = await openRegistry(url);
}, 120_000);

afterAll(async () => {
  await registry?.[Symbol.asyncDispose]();
  await log?.[Symbol.asyncDispose]();
  await parts?.[Symbol.asyncDispose]();
});

const topicOf = (chain: string) => `vchain.regtest.${chain}`;

test('machines with their builds, checkpoints and faults, and how far each is behind the log', async () => {
  await using gateway = await gatewayOver(registry, 'regtest', { logs: { log, topicOf } });
  const tail = await log.tail(TOPIC);
  expect(await gateway.answered('/v1/topology')).toMatchObject({
    network: 'regtest',
    database: { isReplica: false, replayLagSeconds: null },
    chains: [
      {
        name: 'kv',
        log: { topic: TOPIC, sequence: tail?.sequence, height: FIRST_BLOCK + 3, hash: hashOf('aaaa'), problem: null },
        newestHeight: FIRST_BLOCK + 3,
        machines: [
          {
            ...{ name: 'kv', isServed: true, version: 1, status: 'running', fault: null, lagBlocks: 1, lagSeconds: 0 },
            builds: [{ build: 'kv_kv_v1_1', version: 1, status: 'live', layout: expect.any(Number) }],
            checkpoint: { height: FIRST_BLOCK + 2, hash: hashOf('aaa') },
          },
          {
            ...{ name: 'activity', status: 'faulted', lagBlocks: 3 },
            fault: { code: 'MACHINE_FAULTED', height: FIRST_BLOCK + 1, txid: null },
          },
        ],
      },
    ],
  });
});

test('without a log machines are compared with the highest of them, and a log that fails says why', async () => {
  await using alone = await gatewayOver(registry, 'regtest');
  expect(await alone.answered('/v1/topology')).toMatchObject({
    chains: [{ log: null, newestHeight: FIRST_BLOCK + 2, machines: [{ lagBlocks: 0 }, { lagBlocks: 2 }] }],
  });
  const lost = { log, topicOf: () => 'vchain.regtest.lost' };
  await using other = await gatewayOver(registry, 'regtest', { logs: lost });
  expect(await other.answered('/v1/topology')).toMatchObject({
    chains: [{ log: { sequence: null, problem: 'TOPIC_MISSING' }, newestHeight: FIRST_BLOCK + 2 }],
  });
});
