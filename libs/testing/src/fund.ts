import type { Sats } from '@virtualchain/bitcoin';
import type { BuiltBlock } from './building/built-block.ts';
import { coinbaseMaturityBlocks } from './building/regtest.ts';
import type { Miner } from './miner.ts';
import type { SignedTransaction, Wallet } from './wallet.ts';

/** How many coins the wallets get, and of what value. */
export interface FundingPlan {
  readonly coinsEach?: number;
  /** Satoshis of each coin. */
  readonly coinValue?: bigint;
  /** Coinbases below this height are spent: below any fork of the test, and before the subsidy halves. */
  readonly coinbasesBelow?: number;
}

/** Outputs of one funding transaction: signing a P2PKH input costs with the size of what it spends. */
const outputsPerParentMax = 25;

/**
 * Gives every wallet coins, from mature coinbases through transactions of at most 25 outputs, mined in one block. Mines
 * what is needed first: as many blocks as coinbases are spent, and 100 more for them to mature.
 */
export async function fundWallets(
  miner: Miner,
  wallets: readonly Wallet[],
  plan: FundingPlan = {},
): Promise<BuiltBlock> {
  const { coinsEach = 4, coinValue = 1_000_000n, coinbasesBelow = 51 } = plan;
  const outputs = wallets.flatMap(({ script }) =>
    Array.from({ length: coinsEach }, () => ({ value: coinValue as Sats, script })),
  );
  const parents = Math.ceil(outputs.length / outputsPerParentMax);
  if (parents >= coinbasesBelow) throw new RangeError(`${parents} coinbases are needed below block ${coinbasesBelow}`);
  await miner.mineTo(parents + coinbaseMaturityBlocks);
  const transactions: SignedTransaction[] = [];
  for (let start = 0; start < outputs.length; start += outputsPerParentMax) {
    transactions.push(miner.wallet.pay(outputs.slice(start, start + outputsPerParentMax), { fee: 10_000n }));
  }
  return miner.mine(transactions);
}
