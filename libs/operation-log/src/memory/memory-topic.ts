import type { Fetched, OutgoingRecord } from '../broker.ts';
import { MEMORY_FETCH_BYTES } from '../limits.ts';
import type { LogRecord } from '../port.ts';

type Fate = 'open' | 'committed' | 'aborted';

/** A transaction in a memory topic: its records share one fate. */
export interface MemoryTransaction {
  fate: Fate;
}

interface Slot extends LogRecord {
  /** Null for the marker that ends a transaction; it takes an offset, and no reader sees it. */
  readonly transaction: MemoryTransaction | null;
}

/** One partition as a broker keeps it: records, the markers between them, and what is not decided yet. */
export function createMemoryTopic() {
  let slots: Slot[] = [];
  let earliest = 0n;
  let end = 0n;
  let waiting: (() => void)[] = [];
  /** First offset of each transaction that is not decided. */
  const undecided = new Map<MemoryTransaction, bigint>();

  const stable = (): bigint => {
    let lowest = end;
    for (const offset of undecided.values()) if (offset < lowest) lowest = offset;
    return lowest;
  };
  const wake = (): void => {
    const sleepers = waiting;
    waiting = [];
    for (const awaken of sleepers) awaken();
  };

  return {
    earliest: () => earliest,
    end: () => end,
    stable,

    append(records: readonly Pick<OutgoingRecord, 'value'>[], transaction: MemoryTransaction): bigint {
      const first = end;
      if (!undecided.has(transaction)) undecided.set(transaction, first);
      for (const { value } of records) {
        slots.push({ offset: end, value, transaction });
        end += 1n;
      }
      return first;
    },

    /** Decides a transaction; the marker takes one offset. */
    settle(transaction: MemoryTransaction, fate: 'committed' | 'aborted'): void {
      transaction.fate = fate;
      undecided.delete(transaction);
      slots.push({ offset: end, value: new Uint8Array(), transaction: null });
      end += 1n;
      wake();
    },

    /** Drops everything from `offset` on, as a disk that lost its newest pages. */
    cut(offset: bigint): void {
      slots = slots.filter((slot) => slot.offset < offset);
      if (offset < end) end = offset;
      wake();
    },

    /** Drops everything below `offset`, as retention would. */
    dropBefore(offset: bigint): void {
      slots = slots.filter((slot) => slot.offset >= offset);
      earliest = offset;
      wake();
    },

    fetch(offset: bigint, bytesMax: number = MEMORY_FETCH_BYTES): Fetched | null {
      if (offset < earliest || offset > end) return null;
      const stableOffset = stable();
      const records: Fetched['records'][number][] = [];
      let bytes = 0;
      let nextOffset = offset;
      const from = Math.max(Number(offset - (slots[0]?.offset ?? 0n)), 0);
      for (let index = from; index < slots.length; index += 1) {
        const slot = slots[index] as Slot;
        if (slot.offset >= stableOffset || bytes >= bytesMax) break;
        nextOffset = slot.offset + 1n;
        if (slot.transaction?.fate !== 'committed') continue;
        records.push(slot);
        bytes += slot.value.length;
      }
      return { records, nextOffset, stableOffset };
    },

    /** Resolves when something was decided, or the signal says to stop waiting. */
    async change(signal: AbortSignal | undefined): Promise<void> {
      if (signal?.aborted) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push(resolve);
      const stop = () => resolve();
      signal?.addEventListener('abort', stop, { once: true });
      await promise;
      signal?.removeEventListener('abort', stop);
    },
    wake,
  };
}

export type MemoryTopic = ReturnType<typeof createMemoryTopic>;
