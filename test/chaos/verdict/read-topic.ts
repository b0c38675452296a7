/** A plain Kafka reader: nothing of ours is between it and the broker. */
import { randomUUID } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;

/** A committed record, and when its writer handed it over (Unix milliseconds). */
export interface TopicRecord {
  readonly value: Uint8Array;
  readonly atMs: number;
}

// The client leaves zstd to its users.
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: () => Promise.reject(new Error('this reader writes nothing')),
  decompress: (bytes: Buffer) => Promise.resolve(zstdDecompressSync(bytes)),
});

/** All committed records of the one partition, in the order of their offsets. */
export async function readTopic(broker: string, topic: string): Promise<readonly TopicRecord[]> {
  const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const end = BigInt((await admin.fetchTopicOffsets(topic))[0]?.high ?? 0);
  await admin.disconnect();
  const records: TopicRecord[] = [];
  const finished = Promise.withResolvers<void>();
  const consumer = kafka.consumer({ groupId: `reader-${randomUUID()}`, readUncommitted: false });
  consumer.on('consumer.crash', ({ payload }) => finished.reject(payload.error));
  // Markers of transactions have offsets too, and are nowhere else to be seen.
  consumer.on('consumer.end_batch_process', ({ payload }) => {
    if (BigInt(payload.lastOffset) + 1n >= end) finished.resolve();
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachBatch: async ({ batch }) => {
      for (const { value, timestamp } of batch.messages)
        if (value !== null) records.push({ value, atMs: Number(timestamp) });
    },
  });
  await finished.promise;
  await consumer.disconnect();
  return records;
}
