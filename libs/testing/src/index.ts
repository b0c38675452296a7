export { type BlockPlan, buildBlock } from './block-builder.ts';
export type { BuiltBlock } from './built-block.ts';
export { buildChain, type ChainPlan, extendChain, type ForkPlan, forkAt, type TestChain } from './chain-builder.ts';
export { dataScript } from './data-script.ts';
export { type FundingPlan, fundWallets } from './fund.ts';
export { type ExpectedRows, type Given, given, type When, type WhenBlock, type WhenOptions } from './given.ts';
export {
  foldInput,
  type History,
  historyOf,
  type MachineUnderTest,
  operationTransaction,
  type PlannedBlock,
  type PlannedOperation,
  senderPublicKey,
  senderScript,
} from './history.ts';
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
export { compareWithFold, type Differences, foldRawBlocks, verdictCounts } from './oracle.ts';
export { coinbaseMaturityBlocks, REGTEST_GENESIS, regtestBits, subsidyAt } from './regtest.ts';
export { reorgDrill, type Standing } from './reorg-drill.ts';
export {
  coinTransaction,
  fundingAmong,
  type PlannedOutput,
  type SpendPlan,
  spendingTransaction,
} from './unsigned-transaction.ts';
export {
  CoinsMissing,
  createWallet,
  type OperationOptions,
  type SignedTransaction,
  type SpendOptions,
  type Wallet,
} from './wallet.ts';
