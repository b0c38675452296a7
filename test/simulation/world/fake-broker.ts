import {
  type Broker,
  type FencedProducer,
  type Fetched,
  type OutgoingRecord,
  WriterFenced,
} from '@virtualchain/operation-log';
import type { Random } from '../random.ts';
import type { Process } from '../run/process.ts';
import type { Scheduler } from '../run/scheduler.ts';
import { everyRecord, type LogKeeper, type SharedBroker } from './shared-broker.ts';

/** What faults the fake broker has, and what it records for the checker. */
export interface FakeBrokerOptions {
  readonly scheduler: Scheduler;
  readonly random: Random;
  /** The same batch is appended twice, as after an acknowledgement that was lost. */
  doubles(): boolean;
  /** What a fenced writer had in flight is committed nevertheless. */
  letsStaleThrough(): boolean;
  /** When each record was given to a producer: the checker asks whether a disconnect was due by then. */
  readonly writtenAt: LogKeeper['writtenAt'];
}

/** Wakes those who wait for new records of a topic. */
export interface Notifier {
  notify(): void;
  once(wake: () => void): void;
}

export function createNotifier(): Notifier {
  let waiting: (() => void)[] = [];
  return {
    notify() {
      const waiters = waiting;
      waiting = [];
      for (const wake of waiters) wake();
    },
    once: (wake) => void waiting.push(wake),
  };
}

/** The broker as one process reaches it. */
export function connectBroker(
  process: Process,
  shared: SharedBroker,
  arrivals: Notifier,
  options: FakeBrokerOptions,
): Broker {
  const { random } = options;
  const reached = shared.reachedBy((step) => process.gate('log', step));
  return {
    ensureTopic: (topic) => process.call('log', 'ensureTopic', () => shared.ensureTopic(topic)),
    offsets: (topic) => process.call('log', 'offsets', () => shared.offsets(topic)),
    async fetch(topic, offset, { maxWaitMs, maxBytes, signal }) {
      const take = (): Promise<Fetched> => {
        const bytes = maxBytes ?? random.pick([1, 2_000, 20_000, 1_048_576]);
        return process.call('log', 'fetch', () => shared.fetch(topic, offset, { maxWaitMs: 0, maxBytes: bytes }));
      };
      const fetched = await take();
      if (fetched.nextOffset > offset || maxWaitMs === 0 || signal?.aborted) return fetched;
      await newRecords(process, arrivals, { random, maxWaitMs, signal });
      return signal?.aborted ? fetched : take();
    },
    async fence(topic, transactionalId) {
      await process.gate('log', 'fence');
      const producer = await reached.fence(topic, transactionalId);
      arrivals.notify();
      const commitStale = (records: readonly OutgoingRecord[]) => commitStaleRecords(shared, topic, records);
      return withFaults(producer, { ...options, arrivals, commitStale });
    },
    commitOffset: (topic, group, next) =>
      process.call('log', 'commitOffset', () => shared.commitOffset(topic, group, next)),
    close: async () => undefined,
  };
}

interface Waiting {
  readonly random: Random;
  readonly maxWaitMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Comes back when there are new records, the time is over, or the signal says so. */
function newRecords(process: Process, arrivals: Notifier, { random, maxWaitMs, signal }: Waiting): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = (): void => {
    signal?.removeEventListener('abort', wake);
    resolve();
  };
  process.deliver(maxWaitMs, wake);
  arrivals.once(() => process.deliver(random.around(3), wake));
  signal?.addEventListener('abort', wake);
  return promise;
}

interface FaultyProducer extends FakeBrokerOptions {
  readonly arrivals: Notifier;
  readonly commitStale: (records: readonly OutgoingRecord[]) => Promise<void>;
}

/** The same producer, whose batches may be appended twice, and committed after it was fenced. */
function withFaults(producer: FencedProducer, setup: FaultyProducer): FencedProducer {
  const { scheduler, writtenAt, doubles, letsStaleThrough, arrivals, commitStale } = setup;
  return {
    close: async () => undefined,
    async transact(batches, above) {
      for (const { value } of batches.flat()) writtenAt.set(value, scheduler.now());
      const sent = batches.flatMap((batch) => (doubles() ? [batch, batch] : [batch]));
      try {
        const offsets = await producer.transact(sent, above);
        return batches.map((batch) => offsets[sent.lastIndexOf(batch)] as bigint);
      } catch (error) {
        if (error instanceof WriterFenced && letsStaleThrough()) await commitStale(batches.flat());
        throw error;
      } finally {
        arrivals.notify();
      }
    },
  };
}

/** A fence that lets records through, once the new writer has begun: readers must tell by the epoch. */
async function commitStaleRecords(
  shared: SharedBroker,
  topic: string,
  records: readonly OutgoingRecord[],
): Promise<void> {
  const all = await everyRecord(shared, topic);
  const epochOf = (value: Uint8Array): number =>
    (JSON.parse(new TextDecoder().decode(value)) as { epoch: number }).epoch;
  const newest = all.at(-1);
  const ours = records.at(-1);
  if (newest === undefined || ours === undefined || epochOf(newest) <= epochOf(ours.value)) return;
  shared.inject(
    topic,
    records.map(({ value }) => value),
  );
}
