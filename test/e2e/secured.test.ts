import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { follow } from '@virtualchain/client';
import { follow as followOverGateway } from '@virtualchain/gateway-client';
import { type RealParts, type RunningProcess, startRealParts } from '@virtualchain/local';
import { openKafkaElection, openKafkaLog, openPostgresLog } from '@virtualchain/operation-log';
import { kafkaSecurity } from '@virtualchain/process';
import { buildChain } from '@virtualchain/testing';
import { connect, identityOf } from '../contract/log-blocks.ts';
import { bareEnvironment } from '../kit/bare-environment.ts';
import { makeSignedCertificate, type SignedCertificate } from '../kit/certificate.ts';
import { buildsOf, statusesOf } from '../kit/projections.ts';
import { startScriptedNode } from '../kit/scripted-node.ts';
import { type SecuredKafka, startSecuredKafka } from '../kit/secured-kafka.ts';
import { turnTlsOn } from '../kit/secured-postgres.ts';
import { startTap, type Tap } from '../kit/tap.ts';
import { until } from '../kit/until.ts';

/**
 * A real broker that wants TLS and a login, and a real Postgres that takes nobody in clear text: what a library can be told, every
 * process and command can be told, too. All connections with TLS go through taps, which see what passes.
 */
const root = resolve(import.meta.dirname, '../..');
let parts: RealParts<'postgres'>;
let kafka: SecuredKafka;
let tap: Tap;
let certificate: SignedCertificate;
/** An authority that signed nothing here. */
let stranger: SignedCertificate;
let databases: { readonly projection: string; readonly log: string };
let isThere = false;

function certificateIn(name: string): SignedCertificate | null {
  const folder = join(parts.runDirectory, name);
  mkdirSync(folder);
  return makeSignedCertificate(folder);
}

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], log: () => undefined });
  const [signed, strange] = [certificateIn('certificate'), certificateIn('stranger')];
  if (signed === null || strange === null) return;
  [certificate, stranger] = [signed, strange];
  databases = {
    projection: await parts.postgres.createDatabase('secured'),
    log: await parts.postgres.createDatabase('secured_log'),
  };
  await turnTlsOn(parts.postgres.url, certificate, { isClearRefused: true });
  tap = await startTap(Number(new URL(parts.postgres.url).port));
  kafka = await startSecuredKafka(parts, certificate);
  isThere = true;
}, 300_000);
afterAll(async () => {
  await parts?.[Symbol.asyncDispose]();
  await tap?.[Symbol.asyncDispose]();
  await kafka?.tap[Symbol.asyncDispose]();
}, 60_000);

const login = () => ({ kafkaUsername: kafka.username, kafkaPassword: kafka.password });

/** How a database is reached through the tap. */
function reached(database: string, { mode = 'verify-full', host = '127.0.0.1', ca = certificate.ca } = {}): string {
  const url = new URL(database);
  url.host = `${host}:${tap.port}`;
  url.search = mode === 'disable' ? 'sslmode=disable' : `sslmode=${mode}&sslrootcert=${encodeURIComponent(ca)}`;
  return url.href;
}

describe('Kafka', () => {
  test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    'a log is written and read by %s over TLS',
    async (kafkaSasl) => {
      if (!isThere) return;
      const settings = { kafkaTls: true, kafkaCa: readFileSync(certificate.ca, 'utf8'), kafkaSasl, ...login() };
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

  test('a wrong password halts by name', async () => {
    if (!isThere) return;
    const wrong = kafkaSecurity({ kafkaSasl: 'scram-sha-512', ...login(), kafkaPassword: 'wrong' });
    await using log = openKafkaLog({ brokers: [kafka.clear], security: wrong });
    await expect(log.ensureTopic('secured')).rejects.toMatchObject({
      code: 'BROKER_REFUSED',
      remedy: 'halt',
      message: expect.stringContaining('correct user name, password and mechanism of the login'),
    });
  }, 60_000);

  test.each([
    ['of no authority that the system knows', undefined, '127.0.0.1'],
    ['of another authority', () => stranger.ca, '127.0.0.1'],
    ['for another host', () => certificate.ca, 'localhost'],
  ])('a certificate %s is refused by name', async (_what, ca, host) => {
    if (!isThere) return;
    const kafkaCa = ca === undefined ? undefined : readFileSync(ca(), 'utf8');
    const security = kafkaSecurity({ kafkaTls: true, kafkaCa, kafkaSasl: 'plain', ...login() });
    await using log = openKafkaLog({ brokers: [`${host}:${kafka.tap.port}`], security });
    await expect(log.ensureTopic('secured')).rejects.toMatchObject({
      code: 'BROKER_REFUSED',
      remedy: 'halt',
      message: expect.stringContaining('; correct the host, or name the authority of its certificate'),
    });
  });
});

describe('Postgres', () => {
  const CERTIFICATE = '; correct host, sslmode and sslrootcert of the URL';

  test.each([
    ['a certificate of another authority', () => ({ ca: stranger.ca }), CERTIFICATE],
    ['a certificate for another host', () => ({ host: 'localhost' }), CERTIFICATE],
    ['whoever comes in clear text', () => ({ mode: 'disable' }), '; add sslmode=verify-full to the URL'],
  ])('%s is refused by name', async (_what, way, help) => {
    if (!isThere) return;
    const message = expect.stringContaining(help);
    const refused = { remedy: 'halt', message };
    await expect(buildsOf(reached(databases.projection, way()))).rejects.toMatchObject({
      ...refused,
      code: 'DATABASE_REFUSED',
    });
    await using log = openPostgresLog({ url: reached(databases.log, way()) });
    await expect(log.ensureTopic('secured')).rejects.toMatchObject({ ...refused, code: 'BROKER_REFUSED' });
  });

  test('a log is written and read over TLS', async () => {
    if (!isThere) return;
    await using log = openPostgresLog({ url: reached(databases.log) });
    await log.ensureTopic('secured');
    await using writer = await log.openWriter(identityOf('secured'));
    await writer.append([connect('0')]);
    const read = await Array.fromAsync(log.read('secured', { after: null, untilEnd: true }));
    expect(read.flatMap(({ changes }) => changes)).toHaveLength(1);
  });
});

const VCHAIN = resolve(root, 'services/cli/src/main.ts');
type Settings = Readonly<Record<string, string | undefined>>;

function vchain(env: Settings, ...args: readonly string[]) {
  return promisify(execFile)(process.execPath, [VCHAIN, ...args], { env });
}

function startService(name: string, env: Settings, ...args: readonly string[]): Promise<RunningProcess> {
  const script = resolve(root, `services/${name}/src/main.ts`);
  return parts.startProcess({ name, command: process.execPath, args: [script, ...args], env });
}

/** The address in the line by which a gateway says that it has started. */
async function addressOf({ logFile }: RunningProcess): Promise<string> {
  const said = await until(
    'the gateway has started',
    async () => readFileSync(logFile, 'utf8'),
    (text) => text.includes('"started"'),
  );
  return /"address":"([^"]+)"/.exec(said)?.[1] ?? said;
}

describe('all processes, told by environment and flags', () => {
  const blocks = buildChain({ to: 3 });
  let env: Settings;

  beforeAll(async () => {
    if (!isThere) return;
    // It stays until the run ends with all that asks it.
    const node = await startScriptedNode();
    stopNode = async () => node[Symbol.asyncDispose]();
    for (const { bytes } of blocks.slice(1)) node.model.submit(bytes);
    env = {
      ...bareEnvironment,
      VCHAIN_NETWORK: 'regtest',
      VCHAIN_NODE_URL: node.url,
      VCHAIN_KAFKA_BROKERS: kafka.tls,
      VCHAIN_KAFKA_TLS: 'true',
      VCHAIN_KAFKA_CA_FILE: certificate.ca,
      VCHAIN_KAFKA_SASL: 'scram-sha-256',
      VCHAIN_KAFKA_USERNAME: kafka.username,
      VCHAIN_KAFKA_PASSWORD: kafka.password,
      VCHAIN_POSTGRES_URL: reached(databases.projection),
      VCHAIN_POLL_MS: '100',
    };
    await startService('ingester', env, '--chain', 'kv');
    await startService('projector', env, '--chain', 'kv', '--machine', 'kv');
    await until(
      'the newest block in Postgres',
      () => statusesOf(reached(databases.projection)).catch(() => []),
      (found) => found[0]?.tip?.hash === blocks.at(-1)?.hash,
    );
  }, 180_000);
  let stopNode = async (): Promise<void> => undefined;
  afterAll(() => stopNode());

  test('commands and the client of the topic read what ingester and projector wrote', async () => {
    if (!isThere) return;
    const { VCHAIN_KAFKA_CA_FILE: _file, VCHAIN_KAFKA_PASSWORD: _password, ...rest } = env;
    const byFlags = ['--kafka-sasl', 'plain', '--kafka-ca', certificate.ca, '--kafka-password', kafka.password];
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
    const kafkaCa = readFileSync(certificate.ca, 'utf8');
    const security = kafkaSecurity({ kafkaTls: true, kafkaCa, kafkaSasl: 'scram-sha-512', ...login() });
    const source = { brokers: [kafka.tls], security, topic: 'vchain.regtest.kv', untilEnd: true };
    const changes = await Array.fromAsync(follow(source));
    expect(changes.map(({ block }) => block.hash)).toEqual(blocks.slice(1).map(({ hash }) => hash));
  }, 60_000);

  test('a gateway reads both, and its client follows the log over it', async () => {
    if (!isThere) return;
    const gateway = await addressOf(await startService('gateway', env, '--api-port', '0'));
    const changes = await Array.fromAsync(followOverGateway({ gateway, chain: 'kv', from: 'start', untilEnd: true }));
    expect(changes.map(({ block }) => block.hash)).toEqual(blocks.slice(1).map(({ hash }) => hash));
  }, 60_000);

  test('nothing of it was seen on the line', () => {
    if (!isThere) return;
    const database = new URL(databases.projection);
    const words = ['vchain', 'regtest', 'secured', database.password, kafka.username, kafka.password];
    expect(kafka.tap.connections()).toBeGreaterThan(5);
    expect(kafka.tap.seen(words)).toEqual([]);
    expect(tap.connections()).toBeGreaterThan(5);
    // Who came in clear text, in a test above, was refused before the password was asked for: the tap does see.
    expect(tap.seen(words)).toEqual(['vchain', 'secured']);
  });
});
