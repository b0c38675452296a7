import { Socket } from 'node:net';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { openKafkaLog } from '@virtualchain/operation-log';
import kafkajs, { type KafkaMessage } from 'kafkajs';
import { sharedServers } from '../kit/shared-servers.ts';
import { connect, identityOf, readAll, spell } from './log-blocks.ts';

/** What goes over the wire to a real broker and comes back: batches, and how many requests they take. */

jest.setTimeout(60_000);

const { CompressionCodecs, CompressionTypes, Kafka, logLevel, Partitioners } = kafkajs;

let parts: RealParts<'kafka'>;
beforeAll(async () => {
  parts = await startRealParts({ need: ['kafka'], env: sharedServers(), log: () => undefined });
}, 180_000);
afterAll(async () => parts?.[Symbol.asyncDispose](), 60_000);

const bareKafka = () => new Kafka({ brokers: [...parts.kafka.brokers], logLevel: logLevel.NOTHING });
const topicOf = (name: string) => `${parts.topicPrefix}.${name}`;

/** So many records of a topic, as a consumer of kafkajs that was told how to read zstd sees them. */
async function consume(topic: string, count: number): Promise<readonly KafkaMessage[]> {
  const zstd = () => ({
    compress: () => Promise.reject(new Error('nothing is compressed here')),
    decompress: async (bytes: Buffer) => zstdDecompressSync(bytes),
  });
  CompressionCodecs[CompressionTypes.ZSTD] = zstd;
  const messages: KafkaMessage[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const consumer = bareKafka().consumer({ groupId: `${topic}-any` });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachBatch: async ({ batch }) => {
      messages.push(...batch.messages);
      if (messages.length >= count) resolve();
    },
  });
  await promise;
  await consumer.disconnect();
  return messages;
}

test('any client of Kafka reads the log: the same values, in zstd, under the headers of CloudEvents', async () => {
  const topic = topicOf('any-client');
  await using log = openKafkaLog({ brokers: parts.kafka.brokers });
  await log.ensureTopic(topic);
  await using writer = await log.openWriter(identityOf(topic));
  await writer.append([connect('0', 30)]);
  const messages = await consume(topic, 33);
  const [block] = await readAll(log, topic);
  if (block?.kind !== 'connected') throw new TypeError('the log begins with a block');
  expect(messages.slice(3).map(({ value }) => value?.toString())).toEqual(
    block.operationBytes.map((bytes) => Buffer.from(bytes).toString()),
  );
  const headers = messages.at(-1)?.headers ?? {};
  expect(Object.entries(headers).map(([name, value]) => [name, String(value)])).toEqual([
    ['ce_specversion', '1.0'],
    ['ce_type', 'operation'],
    ['ce_source', topic],
    ['ce_id', `${block.cursor.log}:33`],
    ['ce_time', expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)],
    ['content-type', 'application/json'],
  ]);
  expect(messages.map(({ key }) => key?.toString())).toEqual(new Array(33).fill('101'));
});

test.each(['None', 'GZIP'] as const)(
  'a log whose batches are as the version before wrote them is read: %s',
  async (name) => {
    const [ours, older] = [topicOf(`now-${name}`), topicOf(`older-${name}`)];
    await using log = openKafkaLog({ brokers: parts.kafka.brokers });
    for (const topic of [ours, older]) await log.ensureTopic(topic);
    await using writer = await log.openWriter(identityOf(ours));
    await writer.append([connect('0', 3), connect('0a', 400)]);
    const messages = (await consume(ours, 407)).map(({ key, value, headers = {} }) => ({
      key,
      value,
      headers,
      partition: 0,
    }));
    const producer = bareKafka().producer({
      transactionalId: older,
      maxInFlightRequests: 1,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    for (const some of [messages.slice(0, 9), messages.slice(9)]) {
      const transaction = await producer.transaction();
      await transaction.send({ topic: older, messages: some, compression: CompressionTypes[name] });
      await transaction.commit();
    }
    await producer.disconnect();
    await using next = await log.openWriter(identityOf(older));
    await next.append([connect('0ab', 2)]);
    const changes = await readAll(log, older);
    expect(changes.map((change) => spell(change, ['0', '0a', '0ab']))).toEqual(['+0', '+0a', '+0ab']);
  },
);

/** Of Kafka's protocol. */
const REQUESTS: Readonly<Record<number, string>> = { 0: 'Produce', 1: 'Fetch', 24: 'AddPartitionsToTxn', 26: 'EndTxn' };

/** The names of the requests that are sent to the broker while `work` runs. */
async function requestsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
  const requests: string[] = [];
  const send = Socket.prototype.write;
  const write = jest.spyOn(Socket.prototype, 'write').mockImplementation(function (this: Socket, ...args) {
    const [bytes] = args as unknown as [Buffer];
    const key = bytes.readInt16BE(4);
    requests.push(REQUESTS[key] ?? `request ${key}`);
    return send.apply(this, args as never);
  });
  try {
    await work();
  } finally {
    write.mockRestore();
  }
  return requests;
}

/** How often a slow broker may ask for patience, or let a wait run out. */
const without = (requests: readonly string[], repeated: string) =>
  requests.filter((name, index) => name !== repeated || requests.indexOf(name) === index);

test('an append at the tip takes three requests, and one that waits for its marker meanwhile', async () => {
  const topic = topicOf('requests');
  await using log = openKafkaLog({ brokers: parts.kafka.brokers });
  await log.ensureTopic(topic);
  await using writer = await log.openWriter(identityOf(topic));
  await writer.append([connect('0')]);
  const requests = await requestsOf(() => writer.append([connect('0a', 500)]));
  const once = without(without(requests, 'AddPartitionsToTxn'), 'Fetch');
  expect(once.slice(0, 2)).toEqual(['AddPartitionsToTxn', 'Produce']);
  expect(once.slice(2).sort()).toEqual(['EndTxn', 'Fetch']);
});

test('a topic that fits into one fetch is read by one, and its end is found there', async () => {
  const topic = topicOf('fetches');
  await using log = openKafkaLog({ brokers: parts.kafka.brokers });
  await log.ensureTopic(topic);
  await using writer = await log.openWriter(identityOf(topic));
  await writer.append([connect('0', 200), connect('0a', 200)]);
  await writer.append([connect('0ab', 200)]);
  const requests = await requestsOf(() => readAll(log, topic));
  expect(requests.filter((name) => name === 'Fetch')).toHaveLength(1);
});
