import type { LogEvent } from '@virtualchain/protocol';
import { encodeEvent } from '@virtualchain/protocol';
import type { Broker, FencedProducer, OutgoingRecord } from '../broker.ts';
import { OffsetOutOfRange, refuseLostTail, TopicMissing, WriterFenced } from '../errors.ts';
import { createOperationLog } from '../log.ts';
import type { OperationLog } from '../port.ts';
import type { ClockAndIds } from '../writer.ts';
import { MemoryTopic, type MemoryTransaction } from './memory-topic.ts';

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
   * process waiting, fail, or never answer.
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

/** A broker on memory, with topics, fences and offsets as a real one has them, whose steps a test may let fail. */
export function createMemoryBroker(): MemoryBroker {
  const kept: Kept = { topics: new Map(), fences: new Map(), committed: new Map() };
  const { topics } = kept;
  const failures: { readonly step: MemoryStep; readonly error: Error }[] = [];
  /** A step of a real broker is never over in the same tick. */
  const nextTick = async (name: MemoryStep): Promise<void> => {
    await Promise.resolve();
    const failing = failures.findIndex((failure) => failure.step === name);
    if (failing >= 0) throw failures.splice(failing, 1)[0]?.error;
  };
  return {
    ...reachKept(kept, nextTick),
    reachedBy: (between) => reachKept(kept, between),
    deleteTopic(topic) {
      const old = topics.get(topic);
      topics.delete(topic);
      old?.wake();
    },
    recreateTopic(topic) {
      const old = topics.get(topic);
      topics.set(topic, new MemoryTopic());
      old?.wake();
    },
    cutTail: (topic, offset) => topicOf(kept, topic).cut(offset),
    dropBefore: (topic, offset) => topicOf(kept, topic).dropBefore(offset),
    inject(topic, events, fate = 'committed') {
      const transaction: MemoryTransaction = { fate: 'open' };
      topicOf(kept, topic).append(bytesOf(events), transaction);
      topicOf(kept, topic).settle(transaction, fate);
    },
    injectOpen(topic, events) {
      const place = topicOf(kept, topic);
      const transaction: MemoryTransaction = { fate: 'open' };
      place.append(bytesOf(events), transaction);
      return { settle: (fate) => place.settle(transaction, fate) };
    },
    failNext: (name, error) => void failures.push({ step: name, error }),
    committedOffset: (topic, group) => kept.committed.get(`${topic} ${group}`) ?? null,
  };
}

type Step = (name: MemoryStep) => Promise<void>;

/** What a broker in memory keeps, however it is reached. */
interface Kept {
  readonly topics: Map<string, MemoryTopic>;
  readonly fences: Map<string, Fence>;
  readonly committed: Map<string, bigint>;
}

interface Fence {
  readonly owner: symbol;
  topic: MemoryTopic;
  open: MemoryTransaction | null;
}

function topicOf({ topics }: Kept, topic: string): MemoryTopic {
  const found = topics.get(topic);
  if (found === undefined) throw new TopicMissing(topic);
  return found;
}

function bytesOf(events: readonly (LogEvent | Uint8Array)[]) {
  return events.map((event) => ({ value: event instanceof Uint8Array ? event : encodeEvent(event) }));
}

/** The broker as one process reaches it; `step` is awaited before every step. */
function reachKept(kept: Kept, step: Step): Broker {
  return {
    async ensureTopic(topic) {
      await step('ensureTopic');
      if (!kept.topics.has(topic)) kept.topics.set(topic, new MemoryTopic());
    },
    async offsets(topic) {
      await step('offsets');
      const { earliest, stable } = topicOf(kept, topic);
      return { earliest, stable };
    },
    async fetch(topic, offset, { maxWaitMs, maxBytes, signal }) {
      await step('fetch');
      const take = () => {
        const fetched = topicOf(kept, topic).fetch(offset, maxBytes);
        if (fetched === null) throw new OffsetOutOfRange(topic, offset);
        return fetched;
      };
      const fetched = take();
      if (fetched.nextOffset > offset || maxWaitMs === 0) return fetched;
      await topicOf(kept, topic).change(signal);
      return take();
    },
    fence: (topic, transactionalId) => fenceKept(kept, step, { topic, transactionalId }),
    async commitOffset(topic, group, nextOffset) {
      kept.committed.set(`${topic} ${group}`, nextOffset);
    },
    async close() {},
  };
}

async function fenceKept(
  kept: Kept,
  step: Step,
  { topic, transactionalId }: { readonly topic: string; readonly transactionalId: string },
): Promise<FencedProducer> {
  await step('fence');
  const older = kept.fences.get(transactionalId);
  if (older?.open) older.topic.settle(older.open, 'aborted');
  const mine: Fence = { owner: Symbol(transactionalId), topic: topicOf(kept, topic), open: null };
  kept.fences.set(transactionalId, mine);
  const refuseFenced = (): void => {
    if (kept.fences.get(transactionalId)?.owner !== mine.owner) throw new WriterFenced(topic);
  };

  async function transact(batches: readonly (readonly OutgoingRecord[])[], above: bigint): Promise<bigint[]> {
    const place = topicOf(kept, topic);
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

/** Nothing random: ids are 1, 2, 3 …, the clock stands still. */
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
