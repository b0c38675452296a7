/** Three real brokers: whichever is lost, nothing that was acknowledged goes with it; with two away nothing is published, and nothing is lost. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { follow } from '@virtualchain/client';
import { type Run, type RunningProcess, startRealParts } from '@virtualchain/local';
import { openKafkaLog } from '@virtualchain/operation-log';
import { buildChain } from '@virtualchain/testing';
import { Kafka, logLevel } from 'kafkajs';
import { type ScriptedNode, startScriptedNode } from '../kit/scripted-node.ts';
import { startThreeBrokers, type ThreeBrokers } from '../kit/three-brokers.ts';
import { until } from '../kit/until.ts';

const root = resolve(import.meta.dirname, '../..');
const TOPIC = 'vchain.regtest.kv';
const blocks = buildChain({ to: 60 }).slice(1);

let run: Run;
let node: ScriptedNode;
let brokers: ThreeBrokers;
let ingester: RunningProcess;
/** What a subscriber of the topic was told, from the first block on and through everything. */
const told: string[] = [];
const stop = new AbortController();
let subscriber: Promise<void>;

async function subscribe(): Promise<void> {
  for await (const { kind, block } of follow({ brokers: brokers.addresses, topic: TOPIC, signal: stop.signal })) {
    told.push(kind === 'connected' ? block.hash : `${kind} ${block.hash}`);
  }
}

let submitted = 0;
function mine(count: number): void {
  for (const { bytes } of blocks.slice(submitted, submitted + count)) node.model.submit(bytes);
  submitted += count;
}

/** Each block once and in order is all that a subscriber was told. */
async function everythingIsTold(): Promise<void> {
  const all = blocks.slice(0, submitted).map(({ hash }) => hash);
  await until(
    `block ${submitted} at the subscriber`,
    async () => told.at(-1),
    (newest) => newest === all.at(-1),
  );
  expect(told).toEqual(all);
}

/** The number of the broker that leads the topic. */
async function leader(): Promise<number> {
  const admin = new Kafka({ brokers: [...brokers.addresses], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const { topics } = await admin.fetchTopicMetadata({ topics: [TOPIC] });
  await admin.disconnect();
  return topics[0]?.partitions[0]?.leader ?? 0;
}

beforeAll(async () => {
  run = await startRealParts({ need: [], log: () => undefined });
  node = await startScriptedNode();
  brokers = await startThreeBrokers(run);
  await until(
    'three brokers',
    () =>
      new Kafka({ brokers: [...brokers.addresses], logLevel: logLevel.NOTHING })
        .admin()
        .describeCluster()
        .then(({ brokers: all }) => all.length, String),
    (found) => found === 3,
  );
  await strangersTopic();
}, 300_000);

/** A topic that is not ours, with a partition on each broker alone: whichever is lost, one of them has no leader from then on. */
async function strangersTopic(): Promise<void> {
  const admin = new Kafka({ brokers: [...brokers.addresses], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: 'of-strangers', numPartitions: 3, replicationFactor: 1 }] });
  await admin.disconnect();
}

afterAll(async () => {
  stop.abort();
  await subscriber;
  await run?.[Symbol.asyncDispose]();
  await node?.[Symbol.asyncDispose]();
}, 60_000);

const start = (topicPrefix: string, name: string) =>
  run.startProcess({
    name,
    command: process.execPath,
    args: [resolve(root, 'services/ingester/src/main.ts'), '--chain', 'kv'],
    env: {
      PATH: process.env['PATH'],
      VCHAIN_NETWORK: 'regtest',
      VCHAIN_NODE_URL: node.url,
      VCHAIN_KAFKA_BROKERS: brokers.addresses.join(','),
      VCHAIN_TOPIC_PREFIX: topicPrefix,
      VCHAIN_LOG_DURABILITY: 'require',
      VCHAIN_POLL_MS: '100',
    },
  });

test('a topic of one copy is refused where more is required, and one that we made is not weak', async () => {
  await using log = openKafkaLog({ brokers: brokers.addresses, replicationFactor: 1 });
  await log.ensureTopic('weak.regtest.kv');
  const refused = await start('weak', 'ingester-of-a-weak-topic');
  expect((await refused.exited).code).toBe(1);
  expect(readFileSync(refused.logFile, 'utf8')).toMatch(/TOPIC_NOT_DURABLE.*1 replicas instead of 3/);

  mine(5);
  ingester = await start('vchain', 'ingester');
  subscriber = subscribe();
  await everythingIsTold();
}, 120_000);

test('the leader is killed under load, and is gone for good: nothing is lost, and the other two go on', async () => {
  mine(10);
  const lost = await leader();
  await brokers.kill(lost);
  mine(10);
  await everythingIsTold();
  mine(5);
  await everythingIsTold();

  const second = await leader();
  expect(second).not.toBe(lost);
  await brokers.kill(second);
  const before = readFileSync(ingester.logFile, 'utf8').length;
  mine(10);
  await until(
    'the ingester says that the brokers are away',
    async () => readFileSync(ingester.logFile, 'utf8').slice(before),
    (said) => /"code":"(BROKER_UNAVAILABLE|WRITER_STALLED|WRITER_FENCED)"/.test(said),
  );
  expect(told).toHaveLength(submitted - 10);

  await brokers.start(second);
  await everythingIsTold();
}, 400_000);
