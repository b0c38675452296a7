import type { BlockHash, Height } from '@virtualchain/bitcoin';

/** A block of our branch, as the operation log tells it. */
export interface BranchBlock {
  readonly height: Height;
  readonly hash: BlockHash;
  readonly previousHash: BlockHash;
  /** Cumulative from the virtual chain's first block, that block included. */
  readonly work: bigint;
}

/** Our branch of a virtual chain. */
export interface Branch<Block extends BranchBlock = BranchBlock> {
  readonly firstBlock: Height;
  /** Newest block, null before the first. */
  readonly tip: Block | null;
  /** Backwards, newest first, from the tip or from the block below it down to the first. */
  ancestors(): AsyncIterable<Block>;
}

/** The newest block of a node's best chain. */
export interface NodeTip {
  readonly height: Height;
  readonly hash: BlockHash;
}
