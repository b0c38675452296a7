import type { BranchBlock, LogWriter } from '@virtualchain/operation-log';

/** How many of the newest blocks are kept at hand; below them the log itself is read. */
const BLOCKS_AT_HAND_MAX = 4_000;

/** What following a branch needs to know of its blocks. */
export type BranchPoint = Pick<BranchBlock, 'height' | 'hash' | 'previousHash' | 'work'>;

/** The branch as the log has it: what this writer appended is at hand, older blocks come from the log. */
export interface Branch {
  readonly tip: BranchPoint | null;
  /** Newest first, down to the chain's first block. */
  backwards(): AsyncGenerator<BranchPoint>;
  connected(blocks: readonly BranchPoint[]): void;
  /** Takes the newest blocks away. `below` is the log's tip afterwards. */
  disconnected(count: number, below: BranchPoint | null): void;
}

export function branchOf(writer: Pick<LogWriter, 'tail' | 'branch'>): Branch {
  const atHand: BranchPoint[] = writer.tail.block === null ? [] : [writer.tail.block];
  return {
    get tip() {
      return atHand.at(-1) ?? null;
    },
    async *backwards() {
      const mine = atHand.toReversed();
      yield* mine;
      const oldest = mine.at(-1);
      if (oldest === undefined) return;
      for await (const block of writer.branch()) if (block.height < oldest.height) yield block;
    },
    connected(blocks) {
      atHand.push(...blocks);
      if (atHand.length > BLOCKS_AT_HAND_MAX) atHand.splice(0, atHand.length - BLOCKS_AT_HAND_MAX);
    },
    disconnected(count, below) {
      atHand.splice(Math.max(0, atHand.length - count));
      if (atHand.length === 0 && below !== null) atHand.push(below);
    },
  };
}
