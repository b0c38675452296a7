import type { BlockHash, Height, Transaction } from '@virtualchain/bitcoin';
import type { BuiltBlock } from '@virtualchain/testing';

/** A block of the run, on any branch, with what the checker wants to know of it. */
export interface MinedBlock {
  readonly built: BuiltBlock;
  readonly hash: BlockHash;
  readonly height: Height;
  readonly parent: MinedBlock | null;
  /** Cumulative, from the genesis block. */
  readonly work: bigint;
  /** Virtual time at which it was mined. */
  readonly minedAt: number;
  readonly transactions: readonly Transaction[];
  readonly coins: readonly Coin[];
}

/** An output that a later transaction may spend. */
export interface Coin {
  readonly transaction: Transaction;
  readonly index: number;
  readonly wallet: string;
}

/** From the genesis block to that one. */
export function branchTo(block: MinedBlock): readonly MinedBlock[] {
  const branch: MinedBlock[] = [];
  for (let at: MinedBlock | null = block; at !== null; at = at.parent) branch.push(at);
  return branch.reverse();
}

/** The block so many steps below, or the genesis block. */
export function ancestorOf(block: MinedBlock, steps: number): MinedBlock {
  let ancestor = block;
  for (let step = 0; step < steps && ancestor.parent !== null; step += 1) ancestor = ancestor.parent;
  return ancestor;
}

/** Transactions that carry data, of all these blocks. */
export const operationsIn = (blocks: readonly MinedBlock[]): number =>
  blocks.reduce((sum, { transactions }) => sum + transactions.filter(({ hasOpReturn }) => hasOpReturn).length, 0);

export function isAncestor(ancestor: MinedBlock, of: MinedBlock): boolean {
  let block: MinedBlock | null = of;
  while (block !== null && block.height > ancestor.height) block = block.parent;
  return block === ancestor;
}
