import { type AnyStateMachine, MemoryFold } from '@virtualchain/machine';
import type { Cursor, LogChange } from '@virtualchain/operation-log';
import { countVerdicts } from '../build/blocks.ts';
import { CheckpointMoved } from '../errors.ts';
import { type Advanced, type BlockMark, type Checkpoint, type Fault, type Projection, startOf } from '../port.ts';
import { advancedBy } from './advanced.ts';
import { type FeedLine, MemoryBatch } from './memory-batch.ts';
import { checkFollows } from './runs.ts';

/** What a memory projection keeps where Postgres would: shared by all projections opened over it. */
export class MemoryStore {
  checkpoint: Checkpoint = { cursor: null, feedPosition: 0, status: 'running', fault: null };
  readonly feed: FeedLine[] = [];
  readonly marks: BlockMark[] = [];
  readonly fold: MemoryFold;
  /** Awaited where Postgres would commit: a test may fail or delay there. */
  beforeCommit: () => Promise<void> = async () => undefined;

  #last: Promise<unknown> = Promise.resolve();

  private constructor(fold: MemoryFold) {
    this.fold = fold;
  }

  /** One at a time, as the checkpoint's row lock has it. */
  lock<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  static async open(machine: AnyStateMachine): Promise<MemoryStore> {
    return new MemoryStore(await MemoryFold.open(machine));
  }
}

/** The projection port on memory: the oracle's fold behind the same checkpoint rules. */
export class MemoryProjection implements Projection {
  readonly schema: string;
  readonly machine: AnyStateMachine;
  readonly #store: MemoryStore;
  #checkpoint: Checkpoint | null = null;

  constructor(store: MemoryStore) {
    this.#store = store;
    this.machine = store.fold.machine;
    this.schema = `memory_${this.machine.name}`;
  }

  async checkpoint(): Promise<Checkpoint> {
    this.#checkpoint = this.#store.checkpoint;
    return this.#checkpoint;
  }

  async advance(changes: readonly LogChange[]): Promise<Advanced> {
    const from = this.#checkpoint ?? (await this.checkpoint());
    const last = changes.at(-1);
    if (last === undefined) return advancedBy([], countVerdicts([]), from);
    checkFollows(this.schema, from.cursor, changes);
    const batch = await this.#move(from, last.cursor, async (pending) => {
      for (const change of changes) {
        if (change.kind === 'connected') await pending.connect(change);
        else pending.disconnect(change.event.hash);
      }
      await this.#store.beforeCommit();
    });
    return advancedBy(changes, countVerdicts(batch.folded), this.#store.checkpoint);
  }

  async *marks(): AsyncGenerator<BlockMark> {
    yield* [...this.#store.marks].reverse();
  }

  async rewind(to: BlockMark | null): Promise<void> {
    const from = await this.checkpoint();
    if (from.cursor !== null) await this.#retract(from, to?.cursor ?? startOf(from.cursor.log));
  }

  async attach(log: string, places: readonly BlockMark[]): Promise<void> {
    await this.#retract(await this.checkpoint(), places.at(-1)?.cursor ?? startOf(log));
    this.#store.marks.splice(0, this.#store.marks.length, ...places);
  }

  async setFault(fault: Fault | null, from?: Checkpoint): Promise<void> {
    if (from !== undefined && !isSamePlace(from, this.#store.checkpoint))
      throw new CheckpointMoved(this.schema, from.cursor?.sequence ?? 0);
    this.#store.checkpoint = { ...this.#store.checkpoint, status: fault === null ? 'running' : 'faulted', fault };
    this.#checkpoint = null;
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}

  /** Blocks above `cursor` are taken back without a record of the log: the log itself went back. */
  async #retract(from: Checkpoint, cursor: Cursor): Promise<void> {
    await this.#move(from, cursor, async (pending) => pending.disconnectAbove(cursor.height ?? -1));
  }

  /** Moves the checkpoint with all that `work` does, or changes nothing. */
  async #move(from: Checkpoint, to: Cursor, work: (batch: MemoryBatch) => Promise<void>): Promise<MemoryBatch> {
    const store = this.#store;
    this.#checkpoint = null;
    const batch = await store.lock(async () => {
      if (store.checkpoint !== from) throw new CheckpointMoved(this.schema, from.cursor?.sequence ?? 0);
      const pending = new MemoryBatch(store.fold, store.marks);
      try {
        await work(pending);
      } catch (error) {
        pending.undo();
        throw error;
      }
      for (const entry of pending.feed) store.feed.push(entry);
      store.checkpoint = { cursor: to, feedPosition: store.feed.length, status: 'running', fault: null };
      return pending;
    });
    this.#checkpoint = store.checkpoint;
    return batch;
  }
}

function isSamePlace(one: Checkpoint, other: Checkpoint): boolean {
  const [a, b] = [one.cursor, other.cursor];
  return (
    one.feedPosition === other.feedPosition && a?.log === b?.log && a?.sequence === b?.sequence && a?.hash === b?.hash
  );
}
