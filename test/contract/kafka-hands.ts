import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type OperationLog, openKafkaLog } from '@virtualchain/operation-log';
import { encodeEvent, type LogEvent } from '@virtualchain/protocol';
import { Kafka, logLevel, Partitioners, type Transaction } from 'kafkajs';
import type { LogHarness } from './operation-log.contract.ts';

/** A harness on a real broker: clients of the library, and a raw client for what the library refuses to do. */
export function kafkaHarness(brokers: readonly string[], stop: () => Promise<void>): LogHarness {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const open = async (): Promise<OperationLog> => openKafkaLog({ brokers });

  /** A transaction of a stranger with these records in it. */
  async function begin(topic: string, events: readonly (LogEvent | Uint8Array)[]) {
    const producer = kafka.producer({
      transactionalId: `stranger-${randomUUID()}`,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      maxInFlightRequests: 1,
      retry: { initialRetryTime: 5, retries: 20 },
    });
    await producer.connect();
    const transaction: Transaction = await producer.transaction();
    const values = events.map((event) => Buffer.from(event instanceof Uint8Array ? event : encodeEvent(event)));
    let marker = 0n;
    for (let start = 0; start < values.length; start += 1_000) {
      const messages = values.slice(start, start + 1_000).map((value) => ({ key: '101', value, partition: 0 }));
      const [sent] = await transaction.send({ topic, messages });
      marker = BigInt(sent?.baseOffset ?? 0) + BigInt(messages.length);
    }
    return {
      async settle(fate: 'committed' | 'aborted') {
        await (fate === 'committed' ? transaction.commit() : transaction.abort());
        await producer.disconnect();
        await untilStable(topic, marker);
      },
    };
  }

  /** A commit is acknowledged before readers see it. */
  async function untilStable(topic: string, marker: bigint): Promise<void> {
    const admin = kafka.admin();
    await admin.connect();
    while (BigInt((await admin.fetchTopicOffsets(topic))[0]?.offset ?? 0) <= marker) await pause(5);
    await admin.disconnect();
  }

  async function keep(topic: string, count: number): Promise<LogEvent[]> {
    await using log = await open();
    const kept: LogEvent[] = [];
    let offset = 0n;
    while (kept.length < count) {
      const found = await log.recordAt(topic, offset);
      if (found === null) throw new Error(`${topic} has only ${kept.length} records`);
      kept.push(found.event);
      offset = found.offset + 1n;
    }
    return kept;
  }

  return {
    open,
    injectOpen: begin,
    inject: async (topic, events, fate = 'committed') => (await begin(topic, events)).settle(fate),
    async recreate(topic, keptRecords) {
      const kept = await keep(topic, keptRecords);
      const admin = kafka.admin();
      await admin.connect();
      await admin.deleteTopics({ topics: [topic] });
      while ((await admin.listTopics()).includes(topic)) await pause(20);
      await admin.disconnect();
      await using log = await open();
      await log.ensureTopic(topic);
      if (kept.length > 0) await (await begin(topic, kept)).settle('committed');
    },
    close: stop,
  };
}
