/** Feeds in topics of a real Kafka: each entry once, through fences, crashes and rebuilds, for readers that know nothing of us. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { FeedEntry } from '@virtualchain/gateway-client';
import { wallClock } from '@virtualchain/kernel';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { type Broker, createKafkaBroker } from '@virtualchain/operation-log';
import { createLogger, createMetrics } from '@virtualchain/process';
import { FEED_ENTRY_SCHEMAS } from '@virtualchain/protocol';
import { createTopicsReport, createWebhooksReport, relay, type TopicsReport } from '@virtualchain/relay';
import { policyOf } from '@virtualchain/webhooks';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Kafka, logLevel } from 'kafkajs';
import { freePorts } from '../../infra/local/src/ports.ts';
import { connectJars } from '../kit/connect-jars.ts';
import { readZstd } from '../kit/kafkajs-zstd.ts';
import { has } from '../kit/page-programs.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { until } from '../kit/until.ts';
import { KV_ENTRIES, KvFeed, withoutCursors } from './kv-feed.ts';
import { connectKv } from './kv-log.ts';
import { disconnect } from './log-blocks.ts';

let parts: RealParts<'kafka' | 'postgres'>;
let topics = 0;
readZstd();
beforeAll(async () => {
  parts = await startRealParts({ need: ['kafka', 'postgres'], env: sharedServers(), log: () => undefined });
}, 180_000);
afterAll(async () => parts?.[Symbol.asyncDispose](), 60_000);

let feed: KvFeed;
let topic: string;
let report: TopicsReport;
const running: { readonly stop: AbortController; readonly done: Promise<void>; readonly broker: Broker }[] = [];

beforeEach(async () => {
  topics += 1;
  topic = `${parts.topicPrefix}.regtest.kv.kv${topics}.feed`;
  feed = await KvFeed.open(
    await parts.postgres.createDatabase(`feed_topics_${parts.runId.toLowerCase().replace(/\W/g, '_')}_${topics}`),
  );
});
afterEach(async () => {
  await stopRelays();
  await feed[Symbol.asyncDispose]();
});

function startRelay(): void {
  const logger = createLogger({ name: 'relay', version: '0', level: 'silent' });
  const broker = createKafkaBroker({ brokers: parts.kafka.brokers, retryForMs: 5_000 });
  report = createTopicsReport(logger, createMetrics());
  const stop = new AbortController();
  const { registry } = feed;
  const done = relay(
    {
      ...{
        registry,
        db: registry.db,
        network: 'regtest',
        modules: { chains: [], machines: [] },
        deliveriesAtOnce: 1,
        logger,
      },
      policy: policyOf({ allowPrivateAddresses: undefined, allowHttpWebhooks: false, webhookPorts: undefined }),
      report: createWebhooksReport(logger, createMetrics()),
      topics: { broker, report, machines: [{ chain: 'kv', machine: 'kv' }], topicOf: () => topic },
      clock: { ...wallClock, jitter: () => 0 },
    },
    stop.signal,
  );
  running.push({ stop, done, broker });
}

async function stopRelays(): Promise<void> {
  for (const { stop, done, broker } of running.splice(0)) {
    stop.abort();
    await done;
    await broker.close();
  }
}

interface Consumed {
  readonly key: string;
  readonly entry: FeedEntry;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a consumer of Kafka has once it has so many. */
async function consumed(count: number): Promise<readonly Consumed[]> {
  const kafka = new Kafka({ brokers: [...parts.kafka.brokers], logLevel: logLevel.NOTHING });
  await until(
    'the topic is written',
    async () => report.status(),
    ([first]) => first?.behindEntries === 0,
    60_000,
  );
  const consumer = kafka.consumer({ groupId: `feed-${Math.random()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const all: Consumed[] = [];
  await consumer.run({
    eachMessage: async ({ message: { key, value, headers = {} } }) => {
      const told = Object.entries(headers).map(([name, text]) => [name, String(text)]);
      all.push({ key: String(key), entry: JSON.parse(String(value)), headers: Object.fromEntries(told) });
    },
  });
  await until(
    `${count} records`,
    async () => all.length,
    (length) => length >= count,
    60_000,
  );
  await consumer.disconnect();
  return all;
}

const validators = Object.entries(FEED_ENTRY_SCHEMAS).map(
  ([kind, schema]) => [kind, new Ajv2020().compile(schema)] as const,
);

test('every entry is a record of the AsyncAPI document, in order, keyed by its block, retractions included', async () => {
  startRelay();
  for (const entry of KV_ENTRIES) await feed.publish(entry);
  const all = await consumed(25);
  expect(all.map(({ entry }) => entry.cursor.replace(/.*:/, ''))).toEqual(
    Array.from({ length: 25 }, (_, i) => `${i + 1}`),
  );
  for (const { key, entry, headers } of all) {
    expect(key).toBe(String(entry.height));
    expect(headers).toMatchObject({
      ce_specversion: '1.0',
      ce_type: entry.kind,
      ce_source: topic,
      ce_id: entry.cursor,
    });
    const valid = validators.filter(([, validate]) => validate(entry)).map(([kind]) => kind);
    expect(valid).toEqual([entry.kind]);
  }
  expect(all.filter(({ entry }) => entry.kind === 'block.retracted').length).toBe(2);
}, 120_000);

test('relays that follow on each other, and two at once, write each entry once', async () => {
  for (const [i, entry] of KV_ENTRIES.entries()) {
    if (i % 3 === 0) startRelay(); // the one before is fenced, and fences this one in turn
    await feed.publish(entry);
    if (i === 4) await stopRelays();
  }
  await stopRelays();
  startRelay();
  const all = await consumed(25);
  expect(all.map(({ entry }) => entry.cursor.replace(/.*:/, ''))).toEqual(
    Array.from({ length: 25 }, (_, i) => `${i + 1}`),
  );
}, 180_000);

test('another build goes live: the topic goes on at the same place', async () => {
  startRelay();
  await feed.publish(...KV_ENTRIES);
  const before = await consumed(25);
  await feed.rebuild();
  await feed.publish(disconnect('aabbb'), connectKv('aabba', ['dave +four']));
  await until(
    'it is in the other feed',
    async () => report.status()[0]?.cursor,
    (cursor) => cursor != null && !cursor.startsWith(before[0]?.entry.cursor.split(':')[0] ?? ''),
    60_000,
  );
  const all = (await consumed(29)).map(({ entry }) => entry);
  expect(withoutCursors(all.slice(0, 25))).toEqual(withoutCursors(before.map(({ entry }) => entry)));
  expect(all.slice(25).map(({ kind, cursor }) => [kind, cursor.replace(/.*:/, '')])).toEqual([
    ...[
      ['block.retracted', '26'],
      ['block.opened', '27'],
      ['operation.accepted', '28'],
      ['block.sealed', '29'],
    ],
  ]);
}, 180_000);

/** Where Kafka itself comes in a container there need be neither. */
const canConnect = has('java', '-version') && has('mvn', '--version');

(canConnect ? test : test.skip)(
  'the file sink of Kafka Connect, out of its box, writes the feed to a file',
  async () => {
    startRelay();
    await feed.publish(...KV_ENTRIES);
    const all = await consumed(25);
    const jars = await connectJars();
    const folder = await mkdtemp(join(tmpdir(), 'vchain-connect-'));
    const [port = 0] = await freePorts(1);
    const text = 'org.apache.kafka.connect.storage.StringConverter';
    const worker = {
      'bootstrap.servers': parts.kafka.brokers.join(','),
      ...{ 'key.converter': text, 'value.converter': text, 'offset.storage.file.filename': join(folder, 'offsets') },
      ...{
        'offset.flush.interval.ms': 500,
        'consumer.isolation.level': 'read_committed',
        'plugin.discovery': 'only_scan',
      },
      listeners: `http://127.0.0.1:${port}`,
    };
    const sink = {
      ...{ name: 'feed', 'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector', 'tasks.max': 1 },
      ...{ topics: topic, file: join(folder, 'feed.jsonl') },
    };
    const properties = (all: object) =>
      Object.entries(all)
        .map(([name, value]) => `${name}=${value}\n`)
        .join('');
    await writeFile(join(folder, 'worker.properties'), properties(worker));
    await writeFile(join(folder, 'sink.properties'), properties(sink));
    const main = 'org.apache.kafka.connect.cli.ConnectStandalone';
    const java = process.env['JAVA_HOME'] ? join(process.env['JAVA_HOME'], 'bin', 'java') : 'java';
    const connect = spawn(java, ['-Xmx256m', '-cp', join(jars, '*'), main, 'worker.properties', 'sink.properties'], {
      cwd: folder,
      stdio: 'ignore',
    });
    const exited = once(connect, 'exit');
    try {
      const lines = await until(
        'the sink has written everything',
        async () => readLines(join(folder, 'feed.jsonl')),
        (found) => found.length >= 25,
        240_000,
      );
      expect(lines.map((line) => JSON.parse(line))).toEqual(all.map(({ entry }) => entry));
    } finally {
      connect.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    }
  },
  400_000,
);

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(0, -1);
  } catch {
    return []; // it is not there yet
  }
}
