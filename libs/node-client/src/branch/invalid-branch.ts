import { type BlockHash, parseHeader } from '@virtualchain/bitcoin';
import type { BitcoinNode } from '../port.ts';
import type { BranchBlock, NodeTip } from './branch.ts';

export interface InvalidQuestion {
  /** Our tip, which is not on the node's best chain. */
  readonly tip: BranchBlock;
  /** Best block of the node whose work was compared with ours. */
  readonly nodeTip: NodeTip;
  /** The node's best chain has less work than ours, not merely as much. */
  readonly hasLessWork: boolean;
}

/**
 * Whether the node calls our tip invalid. It lists only the tips of branches: ours is one of them, or an invalid one is
 * walked back to it by headers. A block may be valid and its child invalid; only when the node then follows a chain of
 * less work must ours be invalid too. It is not enough that an invalid branch left ours somewhere further down: a node
 * that fills itself again knows such branches, and lacks our tip.
 *
 * `moved` when the list is not of the chain whose best block is `nodeTip`, as after a failover in between.
 */
export async function isTipInvalid(
  node: BitcoinNode,
  { tip, nodeTip, hasLessWork }: InvalidQuestion,
): Promise<'invalid' | 'not-invalid' | 'moved'> {
  const tips = await node.chainTips();
  if (!tips.some(({ status, hash }) => status === 'active' && hash === nodeTip.hash)) return 'moved';
  for (const { hash, height, status } of tips) {
    if (status !== 'invalid') continue;
    if (hash === tip.hash || (hasLessWork && (await ancestorAt(node, { height, hash }, tip.height)) === tip.hash)) {
      return 'invalid';
    }
  }
  return 'not-invalid';
}

/** Hash of the block at `height` below `from`; null when there is none, or the node lacks a header on the way. */
async function ancestorAt(node: BitcoinNode, from: NodeTip, height: number): Promise<BlockHash | null> {
  if (from.height < height) return null;
  let hash = from.hash;
  for (let at: number = from.height; at > height; at -= 1) {
    const header = await node.header(hash);
    if (header === null) return null;
    hash = parseHeader(header).previousHash;
  }
  return hash;
}
