import type { Branch, BranchBlock } from '@virtualchain/node-client';
import { LogForked, type LogIdentity, type LogWriter } from '@virtualchain/operation-log';
import { NEWEST_BLOCKS_MAX } from './limits.ts';

/** The branch as the log has it: what this writer appended is in memory, older blocks come from the log. */
export interface TrackedBranch extends Branch {
  connected(blocks: readonly BranchBlock[]): void;
  /** Takes the newest blocks away. `below` is the log's tip afterwards. */
  disconnected(count: number, below: BranchBlock | null): void;
}

export function trackBranch(
  writer: Pick<LogWriter, 'tail' | 'branch'>,
  { topic, firstBlock }: Pick<LogIdentity, 'topic' | 'firstBlock'>,
): TrackedBranch {
  const kept: BranchBlock[] = writer.tail.block === null ? [] : [writer.tail.block];
  return {
    firstBlock,
    get tip() {
      return kept.at(-1) ?? null;
    },
    /** @throws LogForked when the log does not go on below what is in memory: it lost its tail under this writer. */
    async *ancestors() {
      const newest = kept.toReversed();
      yield* newest;
      let child = newest.at(-1);
      if (child === undefined || child.height === firstBlock) return;
      for await (const block of writer.branch()) {
        if (block.height >= child.height) continue;
        if (block.hash !== child.previousHash) break;
        yield block;
        child = block;
      }
      if (child.height !== firstBlock) {
        throw new LogForked(topic, null, `block ${child.height} ${child.hash} does not build on what the log has now`);
      }
    },
    connected(blocks) {
      kept.push(...blocks);
      if (kept.length > NEWEST_BLOCKS_MAX) kept.splice(0, kept.length - NEWEST_BLOCKS_MAX);
    },
    disconnected(count, below) {
      kept.splice(Math.max(0, kept.length - count));
      if (kept.length === 0 && below !== null) kept.push(below);
    },
  };
}
