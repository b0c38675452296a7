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
export class MemoryTopic {
  #slots: Slot[] = [];
  #earliest = 0n;
  #end = 0n;
  #waiting: (() => void)[] = [];
  /** First offset of each transaction that is not decided. */
  readonly #undecided = new Map<MemoryTransaction, bigint>();

  get earliest(): bigint {
    return this.#earliest;
  }

  get stable(): bigint {
    let lowest = this.#end;
    for (const offset of this.#undecided.values()) if (offset < lowest) lowest = offset;
    return lowest;
  }

  append(records: readonly Pick<OutgoingRecord, 'value'>[], transaction: MemoryTransaction): bigint {
    const first = this.#end;
    if (!this.#undecided.has(transaction)) this.#undecided.set(transaction, first);
    for (const { value } of records) {
      this.#slots.push({ offset: this.#end, value, transaction });
      this.#end += 1n;
    }
    return first;
  }

  /** Decides a transaction; the marker takes one offset. */
  settle(transaction: MemoryTransaction, fate: 'committed' | 'aborted'): void {
    transaction.fate = fate;
    this.#undecided.delete(transaction);
    this.#slots.push({ offset: this.#end, value: new Uint8Array(), transaction: null });
    this.#end += 1n;
    this.wake();
  }

  /** Drops everything from `offset` on, as a disk that lost its newest pages. */
  cut(offset: bigint): void {
    this.#slots = this.#slots.filter((slot) => slot.offset < offset);
    if (offset < this.#end) this.#end = offset;
    this.wake();
  }

  /** Drops everything below `offset`, as retention would. */
  dropBefore(offset: bigint): void {
    this.#slots = this.#slots.filter((slot) => slot.offset >= offset);
    this.#earliest = offset;
    this.wake();
  }

  /** Null for an offset that the topic does not have. */
  fetch(offset: bigint, bytesMax: number = MEMORY_FETCH_BYTES): Fetched | null {
    if (offset < this.#earliest || offset > this.#end) return null;
    const stableOffset = this.stable;
    const records: Fetched['records'][number][] = [];
    let bytes = 0;
    let nextOffset = offset;
    const from = Math.max(Number(offset - (this.#slots[0]?.offset ?? 0n)), 0);
    for (let index = from; index < this.#slots.length; index += 1) {
      const slot = this.#slots[index] as Slot;
      if (slot.offset >= stableOffset || bytes >= bytesMax) break;
      nextOffset = slot.offset + 1n;
      if (slot.transaction?.fate !== 'committed') continue;
      records.push(slot);
      bytes += slot.value.length;
    }
    return { records, nextOffset, stableOffset };
  }

  /** Resolves when something was decided, or the signal says to stop waiting. */
  async change(signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    const stop = () => resolve();
    signal?.addEventListener('abort', stop, { once: true });
    await promise;
    signal?.removeEventListener('abort', stop);
  }

  wake(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }
}
