import { createHash } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import type { LogEntry, OperationLog } from '@virtualchain/operation-log';
import kafkajs, { type Consumer, type Kafka as KafkaClient } from 'kafkajs';
import { operationCount, workloadIdentity } from '../workloads/entries.ts';

/** Blocks of one transaction: about what an ingester puts in one while it catches up. */
const BLOCKS_PER_APPEND = { W2: 2, W3: 1 } as const;

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;

/** Publishes blocks as an ingester that catches up does. The topic has to be there. */
export async function publishAll(
  log: OperationLog,
  topic: string,
  workload: keyof typeof BLOCKS_PER_APPEND,
  entries: readonly LogEntry[],
): Promise<void> {
  await using writer = await log.openWriter(workloadIdentity(topic));
  const step = BLOCKS_PER_APPEND[workload];
  for (let at = 0; at < entries.length; at += step) await writer.append(entries.slice(at, at + step));
}

/** The value bytes of all operations of a topic. */
export async function readValues(log: OperationLog, topic: string): Promise<readonly Uint8Array[]> {
  const values: Uint8Array[] = [];
  for await (const { changes } of log.read(topic, { after: null, untilEnd: true })) {
    for (const change of changes) if (change.kind === 'connected') values.push(...change.operationBytes);
  }
  return values;
}

/** A hash over values in their order, with their lengths. */
export function digestOf(values: readonly Uint8Array[]): string {
  const digest = createHash('sha256');
  for (const value of values) digest.update(`${value.length} `).update(value);
  return `${values.length} values, ${digest.digest('hex')}`;
}

/** A client of kafkajs as its users open one, which reads zstd. */
export function bareKafka(brokers: readonly string[]): KafkaClient {
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: () => Promise.reject(new Error('the benchmarks compress nothing with it')),
    decompress: async (bytes: Buffer) => zstdDecompressSync(bytes),
  });
  return new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
}

/** Reads the operations of a topic from its first record with a bare consumer until it has so many. */
export async function consumeValues(
  kafka: KafkaClient,
  topic: string,
  entries: readonly LogEntry[],
): Promise<readonly Uint8Array[]> {
  const wanted = operationCount(entries);
  const values: Uint8Array[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const consumer = kafka.consumer({ groupId: `bench-${crypto.randomUUID()}` });
  await startFromBeginning(consumer, topic, (type, value) => {
    if (type === 'operation') values.push(value);
    if (values.length === wanted) resolve();
  });
  await promise;
  await consumer.disconnect();
  return values;
}

/** Hands on the type and the value of every record of a topic, from its first. */
export async function startFromBeginning(
  consumer: Consumer,
  topic: string,
  take: (type: string, value: Buffer) => void,
): Promise<void> {
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      for (const { headers, value } of batch.messages) take(String(headers?.['ce_type']), value as Buffer);
    },
  });
}
