import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadChain, loadMachine } from '@virtualchain/definitions';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { openPostgresLog } from '@virtualchain/operation-log';
import { openProjection } from '@virtualchain/projection';
import { loadedPackages } from '../kit/loaded-packages.ts';
import { sharedServers } from '../kit/shared-servers.ts';

const root = resolve(import.meta.dirname, '../..');
const vchain = 'services/cli/bin/vchain.mjs';

let parts: RealParts<'kafka' | 'postgres'>;
let url: string;

beforeAll(async () => {
  parts = await startRealParts({ need: ['kafka', 'postgres'], env: sharedServers(), log: () => undefined });
  url = await parts.postgres.createDatabase(`start_${parts.runId}`.toLowerCase().replace(/[^a-z0-9_]/g, '_'));
  const chain = await loadChain('kv', {});
  const machine = await loadMachine('kv', chain);
  await (await openProjection(url, { chain, machine, network: 'regtest', parameters: {} })).close();
}, 120_000);
afterAll(async () => parts?.[Symbol.asyncDispose](), 60_000);

const ofOthers = (packages: readonly string[]) => packages.filter((name) => !/^(node:|libs\/|services\/)/.test(name));

test('slow-help: vchain --help loads the command line and nothing that a command is made of', async () => {
  const { packages, processes, stdout } = await loadedPackages(root, [vchain, '--help']);
  expect(stdout).toContain('status [options]');
  expect(ofOthers(packages)).toEqual(['commander', 'picocolors']);
  expect(packages.filter((name) => name.startsWith('libs/'))).toEqual(['libs/kernel', 'libs/postgres', 'libs/process']);
  expect(processes).toBe(1);
});

test('slow-status: vchain status loads the clients of what it is told of, and no ORM', async () => {
  const env = {
    VCHAIN_NETWORK: 'regtest',
    VCHAIN_POSTGRES_URL: url,
    VCHAIN_KAFKA_BROKERS: parts.kafka.brokers.join(','),
  };
  const { packages, processes, stdout } = await loadedPackages(root, [vchain, 'status', '--json'], env);
  expect(JSON.parse(stdout)).toMatchObject({ log: {}, machines: [{ name: 'kv' }] });
  expect(ofOthers(packages)).toEqual(expect.arrayContaining(['commander', 'kafkajs', 'kysely', 'pg']));
  const unwanted =
    /^(@mikro-orm\/|@scure\/btc-signer|bitcoin-core|request|rxjs|zeromq|pino|prom-client|testcontainers)/;
  expect(packages.filter((name) => unwanted.test(name))).toEqual([]);
  expect(processes).toBe(1);
});

test('slow-status: with its log in Postgres there is no client of Kafka', async () => {
  const log = openPostgresLog({ url });
  await log.ensureTopic('vchain.regtest.kv');
  await log.close();
  const env = { VCHAIN_NETWORK: 'regtest', VCHAIN_POSTGRES_URL: url, VCHAIN_LOG_POSTGRES_URL: url };
  const { packages, stdout } = await loadedPackages(root, [vchain, 'status'], env);
  expect(stdout).toContain('vchain.regtest.kv: holds no block yet');
  expect(ofOthers(packages)).not.toContain('kafkajs');
});

test('slow-status: without a broker there is no client of Kafka', async () => {
  const env = { VCHAIN_NETWORK: 'regtest', VCHAIN_POSTGRES_URL: url };
  const { packages } = await loadedPackages(root, [vchain, 'status'], env);
  expect(ofOthers(packages)).not.toContain('kafkajs');
});
