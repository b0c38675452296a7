import type { BlockHash, Height } from '@virtualchain/bitcoin';
import type { BranchPoint } from './branch.ts';

/** What the node's best chain asks of the log next. */
export type Step =
  /** These blocks follow the tip, in order. */
  | { readonly kind: 'connect'; readonly from: Height; readonly hashes: readonly BlockHash[]; readonly nodeTip: Height }
  /** These blocks left, newest first. */
  | { readonly kind: 'disconnect'; readonly blocks: readonly BranchPoint[]; readonly nodeTip: Height }
  /** The node lacks what the log has, or works on it: nothing is published. */
  | { readonly kind: 'behind'; readonly detail: string; readonly nodeTip: Height }
  | { readonly kind: 'current'; readonly nodeTip: Height };

/** The branch of the log, for whoever compares it with a node. */
export interface KnownBranch {
  readonly tip: BranchPoint | null;
  /** Newest first, down to the chain's first block. */
  backwards(): AsyncIterable<BranchPoint>;
}

/** The node's best chain, seen from one virtual chain. */
export interface BestChain {
  /** Refuses a node that cannot serve the chain; waits for one that is still syncing by a retriable error. */
  check(): Promise<void>;
  next(branch: KnownBranch): Promise<Step>;
}
