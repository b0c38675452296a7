import type { Broker, MemoryBroker, MemoryStep } from '@virtualchain/operation-log';

/** The broker that all processes of a run share, with what the world does to it. What it does, it does in the order asked. */
export interface SharedBroker extends Broker {
  /** The same broker as one process reaches it: `between` is awaited before every step. */
  reachedBy(between: (step: MemoryStep) => Promise<void>): Pick<Broker, 'fence'>;
  recreateTopic(topic: string): void;
  cutTail(topic: string, offset: bigint): void;
  inject(topic: string, values: readonly Uint8Array[]): void;
}

/** What keeps the log of a run. */
export interface LogKeeper {
  readonly broker: SharedBroker;
  /** When each record was given to a producer, by the record that is handed out again. */
  readonly writtenAt: Pick<WeakMap<Uint8Array, number>, 'get' | 'set'>;
  /** Until all that was asked of it is done, and nothing is left that could go on: virtual time stands still meanwhile. */
  settled(): Promise<void>;
}

/** A broker in memory: it is done in the same tick. */
export const memoryKeeper = (broker: MemoryBroker): LogKeeper => ({
  broker,
  writtenAt: new WeakMap(),
  settled: everythingSettled,
});

/** The next tick comes when no promise is left that could go on. */
export function everythingSettled(): Promise<void> {
  return new Promise((done) => process.nextTick(done));
}

/** The values of all records of a topic. */
export async function everyRecord(broker: Broker, topic: string): Promise<readonly Uint8Array[]> {
  const values: Uint8Array[] = [];
  const { earliest, stable } = await broker.offsets(topic);
  for (let offset = earliest; offset < stable; ) {
    const fetched = await broker.fetch(topic, offset, { maxWaitMs: 0, maxBytes: Number.MAX_SAFE_INTEGER });
    for (const { value } of fetched.records) values.push(value);
    offset = fetched.nextOffset;
  }
  return values;
}
