/**
 * A consumer of Kafka that knows nothing of us, and may be killed at any time: the records of a topic are appended to a file, a line each, and
 * what the file has is passed over. Arguments: file, topic.
 */
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { Kafka, logLevel } from 'kafkajs';
import { readZstd } from './kafkajs-zstd.ts';
import { keepWholeLines } from './whole-lines.ts';

const [file = '', topic = ''] = process.argv.slice(2);
const has = keepWholeLines(file).length;
readZstd();
const kafka = new Kafka({
  brokers: (process.env['VCHAIN_KAFKA_BROKERS'] ?? '').split(','),
  logLevel: logLevel.NOTHING,
  retry: { initialRetryTime: 100, retries: 1_000, maxRetryTime: 1_000 },
});

/** Until the relay has made the topic. */
async function untilThere(): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  while (!(await admin.listTopics()).includes(topic)) await new Promise((resume) => setTimeout(resume, 200));
  await admin.disconnect();
}

await untilThere();
const consumer = kafka.consumer({ groupId: `feed-${randomUUID()}`, maxWaitTimeInMs: 200 });
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
let seen = 0;
await consumer.run({
  eachMessage: async ({ message }) => {
    seen += 1;
    if (seen > has) appendFileSync(file, `${message.value?.toString('utf8')}\n`);
  },
});
