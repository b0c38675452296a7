import type { Kafka, Message, ProducerConfig, Transaction } from 'kafkajs';
import pTimeout from 'p-timeout';
import type { FencedProducer, OutgoingRecord } from '../broker.ts';
import { BrokerUnavailable, refuseLostTail, WriterStalled } from '../errors.ts';
import { CLOSE_LIMIT_MS, TRANSACTION_RETRY, TRANSACTION_TIMEOUT_MS } from '../limits.ts';
import { writerPoints } from '../points.ts';
import { foreseen } from './kafka-errors.ts';
import { PARTITION } from './kafka-internals.ts';
import { Partitioners } from './kafkajs.ts';

/**
 * A new producer that has fenced its predecessors: only the first `transaction()` of a producer object talks to the
 * broker, so every fence needs a new one, and it needs an (empty) transaction.
 */
export async function fenceKafka(
  kafka: Kafka,
  topic: string,
  transactionalId: string,
  stallLimitMs: number,
): Promise<FencedProducer> {
  const producer = kafka.producer(producerConfig(transactionalId));
  let open: Transaction | null = null;

  /** Runs one step of the protocol; no answer in time is an answer. */
  async function step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    try {
      const fallback = () => {
        throw new WriterStalled(topic, name, stallLimitMs);
      };
      return await pTimeout(work(), { milliseconds: stallLimitMs, fallback });
    } catch (error) {
      throw foreseen(topic, 0n, error);
    }
  }

  async function transact(batches: readonly (readonly OutgoingRecord[])[], above: bigint): Promise<bigint[]> {
    const transaction = await step('a transaction', () => producer.transaction());
    open = transaction;
    const offsets: bigint[] = [];
    for (const [index, batch] of batches.entries()) {
      if (index > 0) writerPoints.pass('between-sends');
      const messages = batch.map(messageOf);
      const [answer] = await step('a send', () => transaction.send({ topic, acks: -1, messages }));
      const first = BigInt(answer?.baseOffset ?? -1);
      if (first < 0n) throw new BrokerUnavailable(topic, new Error('a send was answered without its offset'));
      refuseLostTail(topic, first, above);
      offsets.push(first);
    }
    writerPoints.pass('before-commit');
    await step('a commit', () => transaction.commit());
    writerPoints.pass('after-commit');
    open = null;
    return offsets;
  }

  /** An unfinished transaction is aborted where that is possible; otherwise the next fence, or its timeout, does it. */
  async function close(): Promise<void> {
    const leave = async () => {
      if (open?.isActive()) await open.abort().catch(() => undefined);
      await producer.disconnect();
    };
    await pTimeout(leave(), { milliseconds: CLOSE_LIMIT_MS, message: false }).catch(() => undefined);
  }

  try {
    await step('a connection', () => producer.connect());
    const empty = await step('a fence', () => producer.transaction());
    await step('a fence', () => empty.abort());
  } catch (error) {
    await close();
    throw error;
  }
  return { transact, close };
}

function producerConfig(transactionalId: string): ProducerConfig {
  return {
    transactionalId,
    idempotent: false, // of plain sends, which are never made; transactions always are
    maxInFlightRequests: 1,
    transactionTimeout: TRANSACTION_TIMEOUT_MS,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: TRANSACTION_RETRY,
  };
}

function messageOf({ key, value, headers }: OutgoingRecord): Message {
  return {
    key,
    value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
    headers,
    partition: PARTITION,
  };
}
