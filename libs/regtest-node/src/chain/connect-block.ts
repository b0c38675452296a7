import { subsidyAt, type Transaction } from '@virtualchain/bitcoin';
import { BLOCK_SIGOPS_COST_MAX } from '../limits.ts';
import { sigopsCost } from '../script/sigops.ts';
import { inputProblem } from '../script/verify-input.ts';
import type { KnownBlock } from './block-tree.ts';
import { meetsRelativeLocks, type Place, spendingProblem } from './check-transaction.ts';
import { type Coin, type CoinSet, outpointOf } from './coins.ts';
import { medianTimeOf } from './median-time.ts';

/** What each transaction of a block spent, in the order of the block. */
export type Undo = readonly (readonly Coin[])[];

/** Transactions whose scripts were found right, by wtxid: which coins they spend, and so the answer, is part of them. */
export interface ScriptMemory {
  has(wtxid: string): boolean;
  add(wtxid: string): void;
}

/**
 * Applies a block to the coins below it. On a problem, named as Core names it, the coins are as before.
 */
export function connectBlock(
  { block, height, previous }: KnownBlock,
  coins: CoinSet,
  memory: ScriptMemory,
): { readonly problem: string } | { readonly undo: Undo } {
  const applied: (readonly Coin[])[] = [];
  const refuse = (problem: string) => {
    for (let index = applied.length - 1; index >= 0; index -= 1)
      coins.revert(block.transactions[index] as Transaction, applied[index] as readonly Coin[]);
    return { problem };
  };
  const place = placeAbove(previous as KnownBlock);
  let fees = 0n;
  let sigops = 0;
  for (const transaction of block.transactions) {
    const found = transaction.isCoinbase ? [] : transaction.inputs.map((input) => coins.get(outpointOf(input)));
    const spent = found.filter((coin) => coin !== undefined);
    if (spent.length < found.length) return refuse('bad-txns-inputs-missingorspent');
    sigops += sigopsCost(
      transaction,
      spent.map(({ output }) => output),
    );
    if (sigops > BLOCK_SIGOPS_COST_MAX) return refuse('bad-blk-sigops');
    if (!transaction.isCoinbase) {
      const spending = spendingProblem(transaction, spent, height);
      if ('problem' in spending) return refuse(spending.problem);
      fees += spending.fee;
      if (!meetsRelativeLocks(transaction, spent, place)) return refuse('bad-txns-nonfinal');
      const problem = scriptsProblem(transaction, spent, memory);
      if (problem !== null) return refuse(`block-script-verify-flag-failed (${problem})`);
    }
    applied.push(coins.apply(transaction, height));
  }
  const created = block.transactionAt(0).outputs.reduce((sum, { value }) => sum + value, 0n);
  return created > subsidyAt(height) + fees ? refuse('bad-cb-amount') : { undo: applied };
}

/** Takes a block back, given what connecting it answered. */
export function disconnectBlock({ block }: KnownBlock, undo: Undo, coins: CoinSet): void {
  for (let index = block.transactions.length - 1; index >= 0; index -= 1)
    coins.revert(block.transactions[index] as Transaction, undo[index] ?? []);
}

/** The place of what comes above a block. */
export function placeAbove(parent: KnownBlock): Place {
  return {
    height: parent.height + 1,
    medianTime: medianTimeOf(parent),
    medianTimeAt(height) {
      let each = parent;
      while (each.height > height && each.previous !== null) each = each.previous;
      return medianTimeOf(each);
    },
  };
}

/** Why consensus does not let a transaction spend what it spends; null where it does. */
export function scriptsProblem(transaction: Transaction, spent: readonly Coin[], memory: ScriptMemory): string | null {
  const { wtxid } = transaction;
  if (memory.has(wtxid)) return null;
  const outputs = spent.map(({ output }) => output);
  for (const index of transaction.inputs.keys()) {
    const problem = inputProblem({ transaction, index, spent: outputs, strictness: 'consensus' });
    if (problem !== null) return problem;
  }
  memory.add(wtxid);
  return null;
}
