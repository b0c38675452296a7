import { createBackOff, wallClock } from '@virtualchain/kernel';
import type { Kafka } from 'kafkajs';
import pTimeout from 'p-timeout';
import type { FencedProducer, OutgoingRecord } from '../broker.ts';
import { BrokerUnavailable, refuseLostTail, WriterStalled } from '../errors.ts';
import { CLOSE_LIMIT_MS, TRANSACTION_RETRY, TRANSACTION_TIMEOUT_MS, TRANSACTION_TRIES_MAX } from '../limits.ts';
import { writerPoints } from '../points.ts';
import { refuseWithoutZstd } from '../record-batch/compression.ts';
import { encodeBatch } from '../record-batch/encode-batch.ts';
import { COMPRESSION } from '../record-batch/layout.ts';
import { foreseen, isRefusedForNow, isWorthRepeating, kafkaErrorType } from './kafka-errors.ts';
import {
  addPartition,
  createCluster,
  endTransaction,
  findTransactionCoordinator,
  type KafkaCluster,
  type ProducerIdentity,
  produceBatch,
  startProducer,
} from './kafka-internals.ts';

/** What a producer is opened with. */
export interface ProducerOptions {
  readonly topic: string;
  readonly transactionalId: string;
  readonly stallLimitMs: number;
  /** Resolves once readers can see what stands below and at `marker`, the offset of a transaction's marker. */
  untilStable(marker: bigint, signal: AbortSignal): Promise<void>;
}

/** A new producer that has fenced its predecessors: the broker gives it a newer epoch of the id that they share. */
export async function fenceKafka(kafka: Kafka, options: ProducerOptions): Promise<FencedProducer> {
  refuseWithoutZstd();
  const producer = new TopicProducer(createCluster(kafka), options);
  try {
    await producer.start();
  } catch (error) {
    await producer.close();
    throw error;
  }
  return producer;
}

/**
 * A transaction is what the protocol asks for and no more: the partition is added, the batches are sent one after another,
 * the end is asked for; while the broker writes the marker, a fetch waits for it there already.
 */
class TopicProducer implements FencedProducer {
  readonly #cluster: KafkaCluster;
  readonly #options: ProducerOptions;
  /** The broker that keeps our transactions, until it says that it does not. */
  #coordinator: string | null = null;
  #identity: ProducerIdentity | null = null;
  /** Counts the records of this epoch: the broker takes each batch once, and none out of order. */
  #sequence = 0;
  /** Whether the broker has a transaction of ours that nobody has asked it to end. */
  #isOpen = false;
  #isClosed = false;

  constructor(cluster: KafkaCluster, options: ProducerOptions) {
    this.#cluster = cluster;
    this.#options = options;
  }

  /** Connects, and fences. */
  async start(): Promise<void> {
    const { topic, transactionalId } = this.#options;
    await this.#step('a connection', async () => {
      await this.#cluster.connect();
      await this.#cluster.addTargetTopic(topic);
    });
    this.#identity = await this.#step('a fence', () =>
      this.#repeat(isWorthRepeating, async () =>
        startProducer(this.#cluster, await this.#findCoordinator(), transactionalId, TRANSACTION_TIMEOUT_MS),
      ),
    );
  }

  async transact(batches: readonly (readonly OutgoingRecord[])[], above: bigint): Promise<bigint[]> {
    const { topic } = this.#options;
    const offsets: bigint[] = [];
    for (const [index, records] of batches.entries()) {
      if (index > 0) writerPoints.pass('between-sends');
      const first = await this.#step('a send', () => this.#send(records));
      if (first < 0n) throw new BrokerUnavailable(topic, new Error('a send was answered without its offset'));
      refuseLostTail(topic, first, above);
      offsets.push(first);
    }
    await this.#commit((offsets.at(-1) ?? 0n) + BigInt(batches.at(-1)?.length ?? 0));
    return offsets;
  }

  /** An unfinished transaction is aborted where that is possible; otherwise the next fence, or its timeout, does it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const leave = async () => {
      if (this.#isOpen) await this.#end('aborted').catch(() => undefined);
      await this.#cluster.disconnect();
    };
    await pTimeout(leave(), { milliseconds: CLOSE_LIMIT_MS, message: false }).catch(() => undefined);
  }

  /**
   * One batch, encoded once: a repeat sends the same bytes under the same sequence, and the broker, which knows it,
   * answers as it did the first time.
   */
  async #send(records: readonly OutgoingRecord[]): Promise<bigint> {
    const { topic } = this.#options;
    const identity = this.#fenced();
    const place = { topic, ...identity, firstSequence: this.#sequence, time: Date.now() };
    const batch = encodeBatch(records, place, COMPRESSION.zstd);
    this.#sequence = (this.#sequence + records.length) % 2 ** 31;
    if (!this.#isOpen) {
      await this.#repeat(isWorthRepeating, async () =>
        addPartition(this.#cluster, await this.#findCoordinator(), identity, topic),
      );
      this.#isOpen = true;
    }
    return this.#repeat(isWorthRepeating, () => produceBatch(this.#cluster, topic, identity, batch));
  }

  /** Asks for the end, and waits until readers see it. Never asked for twice: an error may come after it happened. */
  async #commit(marker: bigint): Promise<void> {
    const { topic, stallLimitMs, untilStable } = this.#options;
    const stop = new AbortController();
    try {
      writerPoints.pass('before-commit');
      this.#isOpen = false;
      const stable = untilStable(marker, stop.signal);
      stable.catch(() => undefined); // met below, or not of interest any more
      await this.#step('a commit', () => this.#repeat(isRefusedForNow, () => this.#end('committed')));
      writerPoints.pass('after-commit');
      const fallback = () => {
        throw new WriterStalled(topic, 'the end of a transaction', stallLimitMs);
      };
      await pTimeout(stable, { milliseconds: stallLimitMs, fallback });
    } finally {
      stop.abort();
    }
  }

  async #end(fate: 'committed' | 'aborted'): Promise<void> {
    await endTransaction(this.#cluster, await this.#findCoordinator(), this.#fenced(), fate);
  }

  #fenced(): ProducerIdentity {
    if (this.#identity === null) throw new TypeError('a producer sends only after it fenced the others');
    return this.#identity;
  }

  async #findCoordinator(): Promise<string> {
    this.#coordinator ??= await findTransactionCoordinator(this.#cluster, this.#options.transactionalId);
    return this.#coordinator;
  }

  /** Runs one step of the protocol; no answer in time is an answer. */
  async #step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const { topic, stallLimitMs } = this.#options;
    try {
      const fallback = () => {
        throw new WriterStalled(topic, name, stallLimitMs);
      };
      return await pTimeout(work(), { milliseconds: stallLimitMs, fallback });
    } catch (error) {
      throw foreseen(topic, 0n, error);
    }
  }

  /** Repeats a request as long as its failures are of a kind that passes, and the producer is wanted. */
  async #repeat<Answer>(passes: (error: unknown) => boolean, request: () => Promise<Answer>): Promise<Answer> {
    const waits = createBackOff(TRANSACTION_RETRY);
    for (let tries = 1; ; tries += 1) {
      try {
        return await request();
      } catch (error) {
        if (!passes(error) || this.#isClosed || tries >= TRANSACTION_TRIES_MAX) throw error;
        await this.#lookAgain(error);
      }
      await wallClock.sleep(waits.nextMs());
    }
  }

  /** Who leads and who coordinates may have changed, unless the broker only asks for patience. */
  async #lookAgain(error: unknown): Promise<void> {
    if (kafkaErrorType(error) === 'CONCURRENT_TRANSACTIONS') return;
    this.#coordinator = null;
    await this.#cluster.refreshMetadata().catch(() => undefined); // the next try tells
  }
}
