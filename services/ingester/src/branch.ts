import type { Height } from '@virtualchain/bitcoin';
import type { Branch, BranchBlock } from '@virtualchain/node-client';
import type { LogWriter } from '@virtualchain/operation-log';
import { BLOCKS_AT_HAND_MAX } from './limits.ts';

/** The branch as the log has it: what this writer appended is at hand, older blocks come from the log. */
export interface TrackedBranch extends Branch {
  connected(blocks: readonly BranchBlock[]): void;
  /** Takes the newest blocks away. `below` is the log's tip afterwards. */
  disconnected(count: number, below: BranchBlock | null): void;
}

export function trackBranch(writer: Pick<LogWriter, 'tail' | 'branch'>, firstBlock: Height): TrackedBranch {
  const atHand: BranchBlock[] = writer.tail.block === null ? [] : [writer.tail.block];
  return {
    firstBlock,
    get tip() {
      return atHand.at(-1) ?? null;
    },
    async *ancestors() {
      const newest = atHand.toReversed();
      yield* newest;
      const oldest = newest.at(-1);
      if (oldest === undefined || oldest.height === firstBlock) return;
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
