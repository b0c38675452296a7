import type { BlockHash, Height } from '@virtualchain/bitcoin';
import { HASHES_PER_BATCH_FIRST, HASHES_PER_BATCH_MAX } from '../limits.ts';
import type { BitcoinNode } from '../port.ts';
import type { Branch, BranchBlock, NodeTip } from './branch.ts';

export interface Fork<Block extends BranchBlock> {
  /** Newest block of ours on the node's best chain; null when there is none. */
  readonly fork: Block | null;
  /** Ours above it, newest first. */
  readonly blocks: readonly Block[];
}

/** Walks our branch backwards to the newest block that is on the node's best chain. */
export async function findFork<Block extends BranchBlock>(
  node: BitcoinNode,
  branch: Branch<Block>,
  nodeTip: NodeTip,
): Promise<Fork<Block>> {
  const { tip, firstBlock } = branch;
  const blocks: Block[] = [];
  const known = new Map<Height, BlockHash>();
  let asked = nodeTip.height + 1;
  let count = HASHES_PER_BATCH_FIRST;
  const isOnBestChain = async ({ height, hash }: Block): Promise<boolean> => {
    if (height > nodeTip.height) return false;
    if (!known.has(height)) {
      const from = Math.max(firstBlock, Math.min(asked - 1, height) - count + 1) as Height;
      const hashes = await node.blockHashesFrom(from, height - from + 1);
      hashes.forEach((each, index) => {
        known.set((from + index) as Height, each);
      });
      asked = from;
      count = Math.min(count * 2, HASHES_PER_BATCH_MAX);
    }
    return known.get(height) === hash;
  };
  if (tip === null) return { fork: null, blocks };
  if (await isOnBestChain(tip)) return { fork: tip, blocks };
  blocks.push(tip);
  for await (const block of branch.ancestors()) {
    if (block.hash === tip.hash) continue;
    if (await isOnBestChain(block)) return { fork: block, blocks };
    blocks.push(block);
  }
  return { fork: null, blocks };
}
