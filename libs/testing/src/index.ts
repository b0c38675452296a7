export { type BlockPlan, buildBlock } from './building/block-builder.ts';
export type { BuiltBlock } from './building/built-block.ts';
export {
  buildChain,
  type ChainPlan,
  extendChain,
  type ForkPlan,
  forkAt,
  type TestChain,
} from './building/chain-builder.ts';
export { dataScript } from './building/data-script.ts';
export { coinbaseMaturityBlocks, REGTEST_GENESIS, regtestBits, subsidyAt } from './building/regtest.ts';
export {
  coinTransaction,
  fundingAmong,
  type PlannedOutput,
  type SpendPlan,
  spendingTransaction,
} from './building/unsigned-transaction.ts';
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
export { ChainUnreadable, readMempool, readNodeChain } from './node-chain.ts';
export { compareWithFold, type Differences, foldRawBlocks, verdictCounts } from './oracle.ts';
export { reorgDrill, type Standing } from './reorg-drill.ts';
export {
  CoinsMissing,
  createWallet,
  type OperationOptions,
  privateKeyOf,
  type SignedTransaction,
  type SpendOptions,
  type Wallet,
} from './wallet.ts';
