import { anchorHeight, type FoldedBlock, type MemoryFold } from '@virtualchain/machine';
import type { ConnectedBlock } from '@virtualchain/operation-log';
import type { BlockMark } from '../port.ts';
import { markOf } from './log-branch.ts';

/** One entry of a feed, its position its place in the list: what the state went through. */
export interface FeedLine {
  readonly kind: 'connected' | 'operation' | 'sealed' | 'disconnected';
  readonly height: number;
  readonly hash: string;
  readonly txid: string | null;
  readonly verdict: string | null;
}

/** Everything that one batch does to a fold and its marks, with the way back from it. */
export class MemoryBatch {
  readonly feed: FeedLine[] = [];
  readonly folded: FoldedBlock[] = [];
  readonly #fold: MemoryFold;
  readonly #marks: BlockMark[];
  readonly #undo: (() => void)[] = [];

  constructor(fold: MemoryFold, marks: BlockMark[]) {
    this.#fold = fold;
    this.#marks = marks;
  }

  async connect(change: ConnectedBlock): Promise<void> {
    const { height, hash, previousHash, time } = change.event;
    const folded = await this.#fold.connect({ height, hash, previousHash, time, operations: change.operations });
    this.#marks.push(markOf(change));
    this.#undo.push(() => {
      this.#marks.pop();
      if (folded !== null) this.#fold.disconnect();
    });
    this.feed.push({ kind: 'connected', height, hash, txid: null, verdict: null });
    if (folded === null) return;
    this.folded.push(folded);
    for (const { event, verdict } of folded.outcomes)
      this.feed.push({ kind: 'operation', height, hash, txid: event.txid, verdict: verdict.kind });
    this.feed.push({ kind: 'sealed', height, hash, txid: null, verdict: null });
  }

  disconnect(hash: string): void {
    const mark = this.#marks.pop();
    if (mark?.hash !== hash) throw new Error(`block ${hash} is not the newest`);
    const folded = mark.height > anchorHeight(this.#fold.machine) ? this.#fold.disconnect() : null;
    this.#undo.push(() => {
      this.#marks.push(mark);
      if (folded !== null) this.#fold.reconnect(folded);
    });
    this.feed.push({ kind: 'disconnected', height: mark.height, hash, txid: null, verdict: null });
  }

  disconnectAbove(height: number): void {
    for (let top = this.#marks.at(-1); top !== undefined && top.height > height; top = this.#marks.at(-1))
      this.disconnect(top.hash);
  }

  /** Takes back what the batch did so far. */
  undo(): void {
    for (const step of this.#undo.splice(0).reverse()) step();
  }
}
