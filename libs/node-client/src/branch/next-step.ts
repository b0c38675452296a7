import type { BlockHash, Height } from '@virtualchain/bitcoin';
import { NODE_HASHES_PER_STEP_MAX } from '../limits.ts';
import type { BitcoinNode } from '../port.ts';
import type { Branch, BranchBlock, NodeTip } from './branch.ts';
import { findFork } from './fork.ts';
import { isTipInvalid } from './invalid-branch.ts';
import { compareWork } from './node-work.ts';
import { isSyncing } from './syncing.ts';

/** What there is to do to follow a node's best chain. */
export type NextStep<Block extends BranchBlock = BranchBlock> =
  /** Connect these blocks, oldest first, at `from`; there may be more. */
  | {
      readonly kind: 'connect';
      readonly from: Height;
      readonly hashes: readonly BlockHash[];
      readonly nodeTip: NodeTip;
    }
  /** Disconnect these blocks, newest first. `to` is the height then reached, null below the first block. */
  | {
      readonly kind: 'disconnect';
      readonly to: Height | null;
      readonly blocks: readonly Block[];
      readonly reason: 'more-work' | 'invalid';
      readonly nodeTip: NodeTip;
    }
  /** The node lacks our tip, and has nothing better: wait. */
  | { readonly kind: 'behind'; readonly nodeTip: NodeTip }
  /** Our tip is the node's. */
  | { readonly kind: 'current'; readonly nodeTip: NodeTip }
  /** The best chain moved while we looked: ask again. */
  | { readonly kind: 'retry'; readonly nodeTip: NodeTip };

/** How far one step goes. */
export interface StepOptions {
  /** Hashes of one `connect` at most. */
  readonly blocksMax?: number;
}

/**
 * Compares our branch with the node's best chain. Blocks are disconnected only for a branch with more work than ours, or
 * when our tip lies on a branch that the node calls invalid; a node that merely lacks our tip is behind. Any depth.
 */
export async function nextStep<Block extends BranchBlock>(
  node: BitcoinNode,
  branch: Branch<Block>,
  { blocksMax = NODE_HASHES_PER_STEP_MAX }: StepOptions = {},
): Promise<NextStep<Block>> {
  const status = await node.status();
  const nodeTip: NodeTip = { height: status.blocks, hash: status.bestBlockHash };
  const { tip } = branch;
  if (tip === null) {
    if (nodeTip.height < branch.firstBlock) return { kind: 'behind', nodeTip };
    return connect(node, { from: branch.firstBlock, previousHash: null }, nodeTip, blocksMax);
  }
  if (nodeTip.hash === tip.hash) return { kind: 'current', nodeTip };
  if (nodeTip.height > tip.height && (await node.blockHashAt(tip.height)) === tip.hash) {
    return connect(node, { from: (tip.height + 1) as Height, previousHash: tip.hash }, nodeTip, blocksMax);
  }
  if (isSyncing(status)) return { kind: 'behind', nodeTip };

  const { fork, blocks } = await findFork(node, branch, nodeTip);
  if (blocks.length === 0) return { kind: 'retry', nodeTip };
  const to = fork?.height ?? null;
  const base = {
    height: fork?.height ?? ((branch.firstBlock - 1) as Height),
    hash: fork?.hash ?? null,
    ourNext: blocks.at(-1)?.hash ?? null,
  };
  const work = await compareWork(node, base, nodeTip, tip.work - (fork?.work ?? 0n));
  if (work === 'moved') return { kind: 'retry', nodeTip };
  if (work === 'more') return { kind: 'disconnect', to, blocks, reason: 'more-work', nodeTip };
  switch (await isTipInvalid(node, { tip, nodeTip, hasLessWork: work === 'less' })) {
    case 'moved':
      return { kind: 'retry', nodeTip };
    case 'invalid':
      return { kind: 'disconnect', to, blocks, reason: 'invalid', nodeTip };
    case 'not-invalid':
      return { kind: 'behind', nodeTip };
  }
}

/** The hashes above our tip, when the first builds on it and the last is still on the best chain. */
async function connect<Block extends BranchBlock>(
  node: BitcoinNode,
  { from, previousHash }: { readonly from: Height; readonly previousHash: BlockHash | null },
  nodeTip: NodeTip,
  blocksMax: number,
): Promise<NextStep<Block>> {
  const count = Math.min(blocksMax, nodeTip.height - from + 1);
  const below = previousHash === null ? 0 : 1;
  const [first, ...rest] = await node.blockHashesFrom((from - below) as Height, count + below);
  const hashes = below === 1 ? rest : first === undefined ? [] : [first, ...rest];
  const isLinked = previousHash === null || first === previousHash;
  const last = (from + hashes.length - 1) as Height;
  const isStill = hashes.length > 0 && (await node.blockHashAt(last)) === hashes.at(-1);
  return isLinked && isStill ? { kind: 'connect', from, hashes, nodeTip } : { kind: 'retry', nodeTip };
}
