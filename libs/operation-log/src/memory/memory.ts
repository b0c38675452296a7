import type { LogEvent } from '@virtualchain/protocol';
import { encodeEvent } from '@virtualchain/protocol';
import type { Broker, FencedProducer, OutgoingRecord } from '../broker.ts';
import { OffsetOutOfRange, refuseLostTail, TopicMissing, WriterFenced } from '../errors.ts';
import { createOperationLog } from '../log.ts';
import type { OperationLog } from '../port.ts';
import type { ClockAndIds } from '../writer.ts';
import { createMemoryTopic, type MemoryTopic, type MemoryTransaction } from './memory-topic.ts';

/** Where a memory broker can be told to fail, once. */
export type MemoryStep =
  | 'ensureTopic'
  | 'fetch'
  | 'offsets'
  | 'fence'
  | 'send'
  | 'after-send'
  | 'commit'
  | 'after-commit';

/** A broker in memory with what a test does to it: transactions, fencing, offset holes and a tail that can be cut. */
export interface MemoryBroker extends Broker {
  /**
   * The same broker as one process reaches it: `between` is awaited before every step, where a real one could keep the
   * process waiting, fail, or never answer it.
   */
  reachedBy(between: (step: MemoryStep) => Promise<void>): Broker;
  /** Removes the topic with everything in it. */
  deleteTopic(topic: string): void;
  /** Deletes it, and creates it empty. */
  recreateTopic(topic: string): void;
  /** Drops everything from `offset` on. */
  cutTail(topic: string, offset: bigint): void;
  /** Drops everything below `offset`. */
  dropBefore(topic: string, offset: bigint): void;
  /** Writes past every fence, as no client should: what a reader must survive. */
  inject(topic: string, events: readonly (LogEvent | Uint8Array)[], fate?: 'committed' | 'aborted'): void;
  /** A transaction that nobody settles until the test does. */
  injectOpen(
    topic: string,
    events: readonly (LogEvent | Uint8Array)[],
  ): { settle(fate: 'committed' | 'aborted'): void };
  /** The next such step fails with `error`; the ones after it go well again. */
  failNext(step: MemoryStep, error: Error): void;
  /** Next offset the group was said to be at. */
  committedOffset(topic: string, group: string): bigint | null;
}

export function createMemoryBroker(): MemoryBroker {
  const topics = new Map<string, MemoryTopic>();
  const fences = new Map<string, { owner: symbol; topic: MemoryTopic; open: MemoryTransaction | null }>();
  const committed = new Map<string, bigint>();
  const failures: { readonly step: MemoryStep; readonly error: Error }[] = [];

  const topicOf = (topic: string): MemoryTopic => {
    const found = topics.get(topic);
    if (found === undefined) throw new TopicMissing(topic);
    return found;
  };
  /** A step of a real broker is never over in the same tick. */
  async function nextTick(name: MemoryStep): Promise<void> {
    await Promise.resolve();
    const failing = failures.findIndex((failure) => failure.step === name);
    if (failing >= 0) throw failures.splice(failing, 1)[0]?.error;
  }
  const bytesOf = (events: readonly (LogEvent | Uint8Array)[]) =>
    events.map((event) => ({ value: event instanceof Uint8Array ? event : encodeEvent(event) }));

  async function fence(step: typeof nextTick, topic: string, transactionalId: string): Promise<FencedProducer> {
    await step('fence');
    const older = fences.get(transactionalId);
    if (older?.open) older.topic.settle(older.open, 'aborted');
    const mine = { owner: Symbol(transactionalId), topic: topicOf(topic), open: null as MemoryTransaction | null };
    fences.set(transactionalId, mine);
    const refuseFenced = (): void => {
      if (fences.get(transactionalId)?.owner !== mine.owner) throw new WriterFenced(topic);
    };

    async function transact(batches: readonly (readonly OutgoingRecord[])[], above: bigint): Promise<bigint[]> {
      const place = topicOf(topic);
      const transaction: MemoryTransaction = { fate: 'open' };
      const offsets: bigint[] = [];
      for (const batch of batches) {
        await step('send');
        refuseFenced();
        mine.topic = place;
        mine.open = transaction;
        const first = place.append(batch, transaction);
        refuseLostTail(topic, first, above);
        offsets.push(first);
        await step('after-send');
      }
      await step('commit');
      refuseFenced();
      place.settle(transaction, 'committed');
      mine.open = null;
      await step('after-commit');
      return offsets;
    }
    return { transact, close: async () => undefined };
  }

  const reachedBy = (step: typeof nextTick): Broker => ({
    async ensureTopic(topic) {
      await step('ensureTopic');
      if (!topics.has(topic)) topics.set(topic, createMemoryTopic());
    },
    async offsets(topic) {
      await step('offsets');
      const found = topicOf(topic);
      return { earliest: found.earliest(), stable: found.stable() };
    },
    async fetch(topic, offset, { maxWaitMs, maxBytes, signal }) {
      await step('fetch');
      const take = () => {
        const fetched = topicOf(topic).fetch(offset, maxBytes);
        if (fetched === null) throw new OffsetOutOfRange(topic, offset);
        return fetched;
      };
      const fetched = take();
      if (fetched.nextOffset > offset || maxWaitMs === 0) return fetched;
      await topicOf(topic).change(signal);
      return take();
    },
    fence: (topic, transactionalId) => fence(step, topic, transactionalId),
    async commitOffset(topic, group, nextOffset) {
      committed.set(`${topic} ${group}`, nextOffset);
    },
    async close() {},
  });

  return {
    ...reachedBy(nextTick),
    reachedBy,
    deleteTopic(topic) {
      const old = topics.get(topic);
      topics.delete(topic);
      old?.wake();
    },
    recreateTopic(topic) {
      const old = topics.get(topic);
      topics.set(topic, createMemoryTopic());
      old?.wake();
    },
    cutTail: (topic, offset) => topicOf(topic).cut(offset),
    dropBefore: (topic, offset) => topicOf(topic).dropBefore(offset),
    inject(topic, events, fate = 'committed') {
      const transaction: MemoryTransaction = { fate: 'open' };
      topicOf(topic).append(bytesOf(events), transaction);
      topicOf(topic).settle(transaction, fate);
    },
    injectOpen(topic, events) {
      const place = topicOf(topic);
      const transaction: MemoryTransaction = { fate: 'open' };
      place.append(bytesOf(events), transaction);
      return { settle: (fate) => place.settle(transaction, fate) };
    },
    failNext: (name, error) => void failures.push({ step: name, error }),
    committedOffset: (topic, group) => committed.get(`${topic} ${group}`) ?? null,
  };
}

/** Counts instead of drawing lots: ids are 1, 2, 3 …, the clock stands still. */
export function countingIds(): ClockAndIds {
  let ids = 0;
  return {
    now: () => 0,
    randomId: () => {
      ids += 1;
      return ids.toString(16).padStart(32, '0');
    },
  };
}

/** An operation log in memory. Logs over one broker see each other, as processes over one Kafka do. */
export function createMemoryLog(
  broker: MemoryBroker = createMemoryBroker(),
  clockAndIds: ClockAndIds = countingIds(),
): OperationLog & { readonly broker: MemoryBroker } {
  return { ...createOperationLog(broker, clockAndIds), broker };
}
