import type { BlockHash, Height } from '@virtualchain/bitcoin';
import { type AnyStateMachine, anchorHeight, type FoldedBlock, MemoryFold } from '@virtualchain/machine';
import type { ConnectedBlock, Cursor, LogChange } from '@virtualchain/operation-log';
import { CheckpointMoved } from '../errors.ts';
import { type Advanced, type BlockMark, type Checkpoint, type Fault, type Projection, startOf } from '../port.ts';
import { advancedBy } from './advanced.ts';
import { checkFollows } from './runs.ts';

/** One entry of a feed, its position its place in the list: what the state went through. */
export interface FeedEntry {
  readonly kind: 'connected' | 'operation' | 'disconnected';
  readonly height: number;
  readonly hash: string;
  readonly txid: string | null;
  readonly verdict: string | null;
}

/** What a memory projection keeps where Postgres would: shared by all projections opened over it. */
export class MemoryStore {
  checkpoint: Checkpoint = { cursor: null, feedPosition: 0, status: 'running', fault: null };
  readonly feed: FeedEntry[] = [];
  readonly marks: BlockMark[] = [];
  readonly fold: MemoryFold;
  /** Awaited where Postgres would commit: a test may fail or delay there. */
  beforeCommit: () => Promise<void> = async () => undefined;

  #last: Promise<unknown> = Promise.resolve();

  private constructor(fold: MemoryFold) {
    this.fold = fold;
  }

  append(entries: readonly FeedEntry[]): void {
    for (const entry of entries) this.feed.push(entry);
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
    if (last === undefined) return advancedBy([], [], from);
    checkFollows(this.schema, from.cursor, changes);
    this.#checkpoint = null;
    const folded: FoldedBlock[] = [];
    await this.#store.lock(async () => {
      if (this.#store.checkpoint !== from) throw new CheckpointMoved(this.schema, from.cursor?.sequence ?? 0);
      const undo: (() => void)[] = [];
      const feed: FeedEntry[] = [];
      try {
        for (const change of changes) {
          if (change.kind === 'connected') folded.push(...(await this.#connect(change, feed, undo)));
          else this.#disconnect(change.event.hash, feed, undo);
        }
        await this.#store.beforeCommit();
      } catch (error) {
        for (const step of undo.reverse()) step();
        throw error;
      }
      this.#store.append(feed);
      this.#store.checkpoint = {
        cursor: last.cursor,
        feedPosition: this.#store.feed.length,
        status: 'running',
        fault: null,
      };
    });
    this.#checkpoint = this.#store.checkpoint;
    return advancedBy(changes, folded, this.#checkpoint);
  }

  async *marks(): AsyncGenerator<BlockMark> {
    yield* [...this.#store.marks].reverse();
  }

  async rewind(to: BlockMark | null): Promise<void> {
    const { cursor } = await this.checkpoint();
    if (cursor === null) return;
    this.#retract(to?.cursor ?? startOf(cursor.log));
  }

  async attach(log: string, places: readonly BlockMark[]): Promise<void> {
    this.#retract(places.at(-1)?.cursor ?? startOf(log));
    this.#store.marks.splice(0, this.#store.marks.length, ...places);
    await this.setFault(null);
  }

  async setFault(fault: Fault | null, from?: Checkpoint): Promise<void> {
    if (from !== undefined && !isSamePlace(from, this.#store.checkpoint))
      throw new CheckpointMoved(this.schema, from.cursor?.sequence ?? 0);
    this.#store.checkpoint = { ...this.#store.checkpoint, status: fault === null ? 'running' : 'faulted', fault };
    this.#checkpoint = null;
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}

  async #connect(change: ConnectedBlock, feed: FeedEntry[], undo: (() => void)[]): Promise<readonly FoldedBlock[]> {
    const { fold, marks } = this.#store;
    const { height, hash } = change.event;
    const folded = await fold.connect({
      height: height as Height,
      hash: hash as BlockHash,
      previousHash: change.event.previousHash as BlockHash,
      time: change.event.time,
      operations: change.operations,
    });
    marks.push(markOf(change));
    undo.push(() => {
      marks.pop();
      if (folded !== null) fold.disconnect();
    });
    feed.push({ kind: 'connected', height, hash, txid: null, verdict: null });
    for (const { event, verdict } of folded?.outcomes ?? [])
      feed.push({ kind: 'operation', height, hash, txid: event.txid, verdict: verdict.kind });
    return folded === null ? [] : [folded];
  }

  #disconnect(hash: string, feed: FeedEntry[], undo: (() => void)[]): void {
    const { fold, marks } = this.#store;
    const mark = marks.pop();
    if (mark?.hash !== hash) throw new Error(`block ${hash} is not the newest`);
    const folded = mark.height > anchorHeight(this.machine) ? fold.disconnect() : null;
    undo.push(() => {
      marks.push(mark);
      if (folded !== null) fold.reconnect(folded);
    });
    feed.push({ kind: 'disconnected', height: mark.height, hash, txid: null, verdict: null });
  }

  #retract(cursor: Cursor): void {
    const feed: FeedEntry[] = [];
    for (
      let mark = this.#store.marks.at(-1);
      mark !== undefined && mark.height > (cursor.height ?? -1);
      mark = this.#store.marks.at(-1)
    ) {
      this.#disconnect(mark.hash, feed, []);
    }
    this.#store.append(feed);
    this.#store.checkpoint = { ...this.#store.checkpoint, cursor, feedPosition: this.#store.feed.length };
    this.#checkpoint = null;
  }
}

function markOf({ event, offset, cursor }: ConnectedBlock): BlockMark {
  return {
    height: event.height as Height,
    hash: event.hash as BlockHash,
    firstSequence: event.sequence,
    firstOffset: offset,
    cursor,
  };
}

function isSamePlace(one: Checkpoint, other: Checkpoint): boolean {
  const [a, b] = [one.cursor, other.cursor];
  return (
    one.feedPosition === other.feedPosition && a?.log === b?.log && a?.sequence === b?.sequence && a?.hash === b?.hash
  );
}
