import { type BlockHash, parseHeader } from '@virtualchain/bitcoin';
import type { BranchBlock } from './branch.ts';
import type { NodeTip } from './next-step.ts';
import type { BitcoinNode } from './port.ts';

/**
 * Whether one of `blocks` (ours above the fork, newest first) lies on a branch that the node calls invalid. The node
 * lists only the tips of branches, so each invalid one is walked back, by headers, to the heights of ours.
 *
 * `moved` when the list is not of the chain whose best block is `nodeTip`. An invalid branch leaves valid blocks of ours
 * somewhere; a list from a node further on, after a failover, would call them invalid because the first node lacks them.
 */
export async function isOnInvalidBranch(
  node: BitcoinNode,
  blocks: readonly BranchBlock[],
  nodeTip: NodeTip,
): Promise<'invalid' | 'not-invalid' | 'moved'> {
  const ours = new Set<BlockHash>(blocks.map(({ hash }) => hash));
  const lowest = blocks.at(-1)?.height ?? 0;
  const tips = await node.chainTips();
  if (!tips.some(({ status, hash }) => status === 'active' && hash === nodeTip.hash)) return 'moved';
  for (const { hash, height, status } of tips) {
    if (status !== 'invalid') continue;
    let current: BlockHash = hash;
    for (let at: number = height; at >= lowest; at -= 1) {
      if (ours.has(current)) return 'invalid';
      const header = await node.header(current);
      if (header === null) break;
      current = parseHeader(header).previousHash;
    }
  }
  return 'not-invalid';
}
