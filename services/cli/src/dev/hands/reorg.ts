import { parseBlock } from '@virtualchain/bitcoin';
import type { BuiltBlock } from '@virtualchain/testing';
import { DevRefused } from './errors.ts';
import { timeAfter } from './mine.ts';
import type { Stage } from './stage.ts';

/** What `reorg` did. */
export interface Reorganised {
  /** Of the new tip. */
  readonly height: number;
  readonly hash: string;
  /** Newest block that both branches have. */
  readonly fork: number;
  /** Blocks that were taken back. */
  readonly depth: number;
  /** Transactions that were in them, coinbases aside. */
  readonly transactions: number;
}

/**
 * Makes the node leave its newest blocks for a branch with one more. Without `keep` the new blocks are empty, and the node
 * puts what was in the old ones back into its mempool, as far as it keeps such; with it the first new block holds the same.
 *
 * @throws DevRefused where there are not so many blocks; BlockRefused
 */
export async function reorg(
  { miner }: Pick<Stage, 'miner'>,
  depth: number,
  { keep }: { readonly keep: boolean },
): Promise<Reorganised> {
  const branch = miner.branch();
  const fork = branch.at(-1 - depth);
  if (fork === undefined)
    throw new DevRefused(
      `the chain has ${branch.length - 1} blocks above its first, and ${depth} are to be taken back: give fewer`,
    );
  const taken = branch.slice(-depth).flatMap(transactionsOf);
  const builder = miner.forkAt(fork.hash);
  let block = await builder.mine(keep ? taken : [], { time: timeAfter(fork) });
  for (let mined = 1; mined <= depth; mined += 1) block = await builder.mine([], { time: timeAfter(block) });
  return { height: block.height, hash: block.hash, fork: fork.height, depth, transactions: taken.length };
}

/** Raw, the coinbase left out. */
function transactionsOf({ bytes }: BuiltBlock): readonly Uint8Array[] {
  return parseBlock(bytes)
    .transactions.slice(1)
    .map((transaction) => transaction.bytes);
}
