/** The gateway on a real streaming replica: it says that it reads one, and how far behind, and answers no height that is not there. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { patient } from '@virtualchain/gateway';
import { type RealParts, startRealParts } from '@virtualchain/local';
import type { LogChange, LogEntry } from '@virtualchain/operation-log';
import {
  DatabaseUnavailable,
  openProjection,
  openRegistry,
  type PostgresProjection,
  type Reader,
  type Registry,
  readerOf,
} from '@virtualchain/projection';
import { type GatewayApi, gatewayOver } from '../kit/gateway-api.ts';
import { Client } from '../kit/postgres-client.ts';
import { type Standby, startStandby } from '../kit/standby.ts';
import { until } from '../kit/until.ts';
import { changesOf, connectKv, kvInstance } from './kv-log.ts';
import { disconnect, FIRST_BLOCK } from './log-blocks.ts';

const BASE = '/v1/chains/kv/machines/kv';
const ENTRIES: readonly LogEntry[] = [
  connectKv('a', ['alice +one']),
  connectKv('aa', ['bob +two']),
  disconnect('aa'),
  connectKv('ab', ['carol +three']),
  connectKv('abb', ['dave +four']),
];

/** Servers of others, in containers or elsewhere, cannot be copied from here. */
const isLocal = process.platform === 'linux' && !/^(docker|containers)/.test(process.env['VCHAIN_PARTS'] ?? '');
const onReplica = isLocal ? test : test.skip;

let parts: RealParts<'postgres'>;
let changes: readonly LogChange[];
let url: string;
let projection: PostgresProjection;
let standby: Standby;
let registry: Registry;
let gateway: GatewayApi;

beforeAll(async () => {
  // Its own: the whole server is copied, which others fill and empty meanwhile where it is shared.
  parts = await startRealParts({ need: ['postgres'], log: () => undefined });
  url = await parts.postgres.createDatabase('gateway_replica');
  changes = await changesOf(ENTRIES);
  projection = await openProjection(url, kvInstance());
  await projection.advance(changes.slice(0, 2));
  standby = await startStandby(url);
  registry = await openRegistry(standby.urlOf(url));
  gateway = await gatewayOver(registry, 'regtest');
}, 120_000);

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
  await standby?.[Symbol.asyncDispose]();
  await projection?.close();
  await parts?.[Symbol.asyncDispose]();
}, 60_000);

const heightsOf = async () =>
  (await gateway.answered(`${BASE}/blocks`)).entries.map(({ height }: { height: number }) => height - FIRST_BLOCK);

onReplica(
  'it says that it reads a replica, and what was replayed is answered',
  async () => {
    await until('the second block is there', heightsOf, (heights) => heights[0] === 1);
    const { database } = await gateway.answered('/v1/status');
    expect(database).toMatchObject({ isReplica: true, replayLagBytes: expect.any(Number) });
    expect(await gateway.answered('/v1/topology')).toMatchObject({ database: { isReplica: true } });
  },
  60_000,
);

onReplica(
  'a height that it does not hold yet is not there, and the reorganisation comes whole or not at all',
  async () => {
    await using hands = await Client.connect(standby.urlOf(url));
    await hands.rows('select pg_wal_replay_pause()');
    await until(
      'replay is paused',
      async () => (await hands.rows('select pg_get_wal_replay_pause_state() as state'))[0]?.['state'],
      (state) => state === 'paused',
    );
    await projection.advance(changes.slice(2));
    expect(await gateway.get(`${BASE}/collections/names?at=${FIRST_BLOCK + 2}`)).toMatchObject({
      status: 404,
      body: { code: 'HEIGHT_OUT_OF_RANGE' },
    });
    const names = async () =>
      (await gateway.answered(`${BASE}/collections/names`)).entries.map(({ name }: { name: string }) => name);
    expect(await names()).toEqual(['one', 'two']);
    await until(
      'it lags, and says so',
      async () => (await gateway.answered('/v1/status')).database.replayLagBytes,
      (bytes) => bytes > 0,
    );
    await hands.rows('select pg_wal_replay_resume()');
    await until('the branch is there', heightsOf, (heights) => heights[0] === 2);
    expect(await names()).toEqual(['four', 'one', 'three']);
  },
  60_000,
);

onReplica(
  'a read that replay has to cancel is asked again',
  async () => {
    const reader = patient(readerOf(registry, kvInstance()));
    await using primary = await Client.connect(url);
    let tries = 0;
    const height = await reader.read('tip', async (reading) => {
      tries += 1;
      if (tries === 1) {
        // As a switch of builds does: replay needs a lock that the read is in the way of.
        const { schema } = projection;
        await primary.rows(`do $$ begin lock table "${schema}".blocks in access exclusive mode; end $$`);
        await until(
          'the read was cancelled',
          () =>
            reading.blocks({ limit: 1 }).then(
              () => false,
              () => true,
            ),
          (isCancelled) => isCancelled,
        );
      }
      return (await reading.blocks({ limit: 1 }))[0]?.height;
    });
    expect({ height, tries }).toEqual({ height: FIRST_BLOCK + 2, tries: 2 });
  },
  60_000,
);

test.each([
  ['40001', 3],
  ['ECONNREFUSED', 1],
  ['57014', 1],
])('a read that fails with %s again and again is asked %i times, and then told', async (code, times) => {
  let tries = 0;
  const failing: Reader = {
    read: async () => {
      tries += 1;
      throw new DatabaseUnavailable(Object.assign(new Error('cancelled'), { code }));
    },
  };
  await expect(patient(failing).read('tip', async () => null)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  expect(tries).toBe(times);
});
