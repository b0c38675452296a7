import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { openKafkaElection, openKafkaLog } from '@virtualchain/operation-log';
import { kafkaSecurity } from '@virtualchain/process';
import { buildChain } from '@virtualchain/testing';
import { connect, identityOf } from '../contract/log-blocks.ts';
import { statusesOf } from '../kit/projections.ts';
import { startScriptedNode } from '../kit/scripted-node.ts';
import { type SecuredKafka, startSecuredKafka } from '../kit/secured-kafka.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { until } from '../kit/until.ts';

/** A real broker that wants TLS and a login: what a library can be told, every process and command can be told, too. */
const root = resolve(import.meta.dirname, '../..');
let parts: RealParts<'postgres'>;
let kafka: SecuredKafka;
let isThere = false;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  const started = await startSecuredKafka(parts);
  if (started !== null) [kafka, isThere] = [started, true];
}, 300_000);
afterAll(async () => parts?.[Symbol.asyncDispose](), 60_000);

const login = () => ({ kafkaUsername: kafka.username, kafkaPassword: kafka.password });

describe('the library', () => {
  test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    'a log is written and read by %s over TLS',
    async (kafkaSasl) => {
      if (!isThere) return;
      const settings = { kafkaTls: true, kafkaCa: readFileSync(kafka.ca, 'utf8'), kafkaSasl, ...login() };
      const options = { brokers: [kafka.tls], security: kafkaSecurity(settings) };
      const topic = `secured-${kafkaSasl}`;
      await using log = openKafkaLog(options);
      await using election = openKafkaElection(options);
      await log.ensureTopic(topic);
      const stop = new AbortController();
      for await (const state of election.campaign(topic, { epoch: () => 0, signal: stop.signal })) {
        if (state === 'leader') stop.abort();
      }
      await using writer = await log.openWriter(identityOf(topic));
      await writer.append([connect('0')]);
      const heights: number[] = [];
      for await (const { changes } of log.read(topic, { after: null, untilEnd: true })) {
        heights.push(...changes.map(({ event }) => event.height));
      }
      expect(heights).toHaveLength(1);
    },
    60_000,
  );

  test('a wrong password, and a certificate of an unknown authority, halt by name', async () => {
    if (!isThere) return;
    const wrong = kafkaSecurity({ kafkaSasl: 'scram-sha-512', ...login(), kafkaPassword: 'wrong' });
    await using stranger = openKafkaLog({ brokers: [kafka.clear], security: wrong });
    await expect(stranger.ensureTopic('secured')).rejects.toMatchObject({
      code: 'BROKER_REFUSED',
      remedy: 'halt',
      message: expect.stringContaining('correct user name, password and mechanism of the login'),
    });
    const unknown = kafkaSecurity({ kafkaTls: true, kafkaSasl: 'plain', ...login() });
    await using careful = openKafkaLog({ brokers: [kafka.tls], security: unknown });
    await expect(careful.ensureTopic('secured')).rejects.toMatchObject({
      code: 'BROKER_REFUSED',
      message: expect.stringMatching(/self-signed certificate.*; correct the host, or name the authority/),
    });
  }, 60_000);
});

test('ingester, projector and commands speak TLS and log in, told by environment and flags', async () => {
  if (!isThere) return;
  await using node = await startScriptedNode();
  const blocks = buildChain({ to: 3 });
  for (const { bytes } of blocks.slice(1)) node.model.submit(bytes);
  const postgresUrl = await parts.postgres.createDatabase(`secured_${parts.runId}`.toLowerCase().replaceAll('-', '_'));
  const env = {
    PATH: process.env['PATH'],
    VCHAIN_NETWORK: 'regtest',
    VCHAIN_NODE_URL: node.url,
    VCHAIN_KAFKA_BROKERS: kafka.tls,
    VCHAIN_KAFKA_TLS: 'true',
    VCHAIN_KAFKA_CA_FILE: kafka.ca,
    VCHAIN_KAFKA_SASL: 'scram-sha-256',
    VCHAIN_KAFKA_USERNAME: kafka.username,
    VCHAIN_KAFKA_PASSWORD: kafka.password,
    VCHAIN_POSTGRES_URL: postgresUrl,
    VCHAIN_POLL_MS: '100',
  };
  const service = (name: string, args: readonly string[]) =>
    parts.startProcess({
      name,
      command: process.execPath,
      args: [resolve(root, `services/${name}/src/main.ts`), '--chain', 'kv', ...args],
      env,
    });
  await service('ingester', []);
  await service('projector', ['--machine', 'kv']);
  await until(
    'the newest block in Postgres',
    () => statusesOf(postgresUrl).catch(() => []),
    (found) => found[0]?.tip?.hash === blocks.at(-1)?.hash,
  );

  const vchain = (settings: Readonly<Record<string, string | undefined>>, ...args: readonly string[]) =>
    promisify(execFile)(process.execPath, [resolve(root, 'services/cli/src/main.ts'), ...args], { env: settings });
  const { VCHAIN_KAFKA_CA_FILE: _file, VCHAIN_KAFKA_PASSWORD: _password, ...rest } = env;
  const byFlags = ['--kafka-sasl', 'plain', '--kafka-ca', kafka.ca, '--kafka-password', kafka.password];
  const { stdout } = await vchain(rest, 'tail', '--once', '--json', ...byFlags);
  const heights = stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { block: { height: number } }).block.height);
  expect(heights).toEqual([1, 2, 3]);
  await expect(vchain(rest, 'tail', '--once')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('VCHAIN_KAFKA_PASSWORD, too'),
  });
}, 180_000);
