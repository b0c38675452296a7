import { coinbaseMaturityBlocks, type FundingPlan, fundWallets, type Wallet } from '@virtualchain/testing';
import { DevRefused } from './errors.ts';
import { FUNDING_BLOCKS_MAX } from './limits.ts';
import { requireBest } from './overtaken.ts';
import type { Stage } from './stage.ts';

/** What a person gets where nothing else is said. */
export const COINS_EACH = 10;
export const COIN_SATS = 10_000_000n;

/** What `fund` did. */
export interface Funded {
  readonly height: number;
  readonly hash: string;
  /** Blocks that were mined, the one with the coins included. */
  readonly mined: number;
}

/**
 * Gives every person so many coins in one block, from coinbases of the miner. Where too few of them can be spent yet, blocks are
 * mined until there are enough.
 *
 * @throws DevRefused where that does not help, Overtaken
 */
export async function fund(
  { rpc, miner }: Pick<Stage, 'rpc' | 'miner'>,
  wallets: readonly Wallet[],
  plan: Pick<FundingPlan, 'coinsEach' | 'coinValue'> = {},
): Promise<Funded> {
  const before = miner.tip.height;
  const { coinsEach = COINS_EACH, coinValue = COIN_SATS } = plan;
  const wanted = BigInt(coinsEach * wallets.length) * coinValue;
  if (miner.wallet.coins().length === 0) await miner.mineMany(coinbaseMaturityBlocks + 1);
  while (miner.wallet.balance() <= wanted) {
    const isHelping = miner.wallet.balance() > 0n && miner.tip.height - before < FUNDING_BLOCKS_MAX;
    if (!isHelping)
      throw new DevRefused(
        `${wanted} satoshis are wanted, and the miner has ${miner.wallet.balance()} that can be spent: give less, or begin on a new chain (coinbases halve every 150 blocks)`,
      );
    await miner.mineMany(1);
  }
  const { height, hash } = await fundWallets(miner, wallets, { coinsEach, coinValue });
  await requireBest(rpc, { height, hash });
  return { height, hash, mined: height - before };
}
