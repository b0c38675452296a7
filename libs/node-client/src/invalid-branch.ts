import { type BlockHash, parseHeader } from '@virtualchain/bitcoin';
import type { BranchBlock } from './branch.ts';
import type { BitcoinNode } from './port.ts';

/**
 * Whether one of `blocks` (ours above the fork, newest first) lies on a branch that the node calls invalid. The node
 * lists only the tips of branches, so each invalid one is walked back, by headers, to the heights of ours.
 */
export async function isOnInvalidBranch(node: BitcoinNode, blocks: readonly BranchBlock[]): Promise<boolean> {
  const ours = new Set<BlockHash>(blocks.map(({ hash }) => hash));
  const lowest = blocks.at(-1)?.height ?? 0;
  for (const { hash, height, status } of await node.chainTips()) {
    if (status !== 'invalid') continue;
    let current: BlockHash = hash;
    for (let at: number = height; at >= lowest; at -= 1) {
      if (ours.has(current)) return true;
      const header = await node.header(current);
      if (header === null) break;
      current = parseHeader(header).previousHash;
    }
  }
  return false;
}
