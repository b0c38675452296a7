export { type BlockPlan, type BuiltBlock, buildBlock } from './block-builder.ts';
export { buildChain, type ChainPlan, extendChain, type ForkPlan, forkAt, type TestChain } from './chain-builder.ts';
export { dataScript } from './data-script.ts';
export { type FundingPlan, fundWallets } from './fund.ts';
export { type Coin, createLedger, type Ledger } from './ledger.ts';
export {
  BlockRefused,
  createMiner,
  type ForkBuilder,
  type Minable,
  type MineOptions,
  type Miner,
  type MinerOptions,
} from './miner.ts';
export { coinbaseMaturityBlocks, REGTEST_GENESIS, regtestBits, subsidyAt } from './regtest.ts';
export {
  CoinsMissing,
  createWallet,
  type OperationOptions,
  type SignedTransaction,
  type SpendOptions,
  type Wallet,
} from './wallet.ts';
