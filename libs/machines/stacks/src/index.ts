export { parseStacksAddress, type StacksAddress, stacksAddressOfBase58, stacksAddressText } from './address/c32.ts';
export type { Recipient } from './address/recipient.ts';
export { stacksChain } from './chain.ts';
export type { StacksCollections } from './collections.ts';
export { stacksMachine } from './machine.ts';
export { ASSUMPTIONS } from './machine-parameters.ts';
export { EPOCHS, type Epoch, type EpochStart, epochAt } from './network/epochs.ts';
export { NETWORKS, type StacksNetwork } from './network/network.ts';
export { type ChainParameters, readChainParameters, StacksParametersInvalid } from './network/parameters.ts';
export type {
  BlockCommit,
  DelegateStx,
  KeyRegister,
  Operation,
  Outpoint,
  Parser,
  Place,
  PreStx,
  StackStx,
  StxOperation,
  TransferStx,
  VoteForAggregateKey,
} from './operations/operation.ts';
export { PARSERS } from './operations/parse.ts';
export {
  type CheckedLinks,
  checkCommit,
  checkStxOperation,
  isMissed,
  type Link,
  type Links,
  missDistance,
  type ParentLink,
} from './rules/checks.ts';
export {
  poxIdLength,
  type Sealed,
  stacksConsensusHash,
  stacksOpsHash,
  stacksPreviousHeights,
} from './sortition/consensus.ts';
export {
  type Candidate,
  holdSortition,
  type NoSelection,
  SORTITION_START,
  type Sortition,
  type SortitionState,
} from './sortition/sortition.ts';
export { type Weighed, type WindowBlock, type WindowCommit, weighCommits } from './sortition/weigh.ts';
export { type Recognised, recognise, type TransactionView } from './transaction/recognise.ts';
export type { SignedInput } from './transaction/signer-keys.ts';
export { kindOfOpcode, OPCODES, type OperationKind } from './wire/opcodes.ts';
export {
  type CommitPayload,
  type DelegatePayload,
  type KeyPayload,
  type StackPayload,
  type TransferPayload,
  type VotePayload,
  writeCommit,
  writeDelegate,
  writeKey,
  writeStack,
  writeTransfer,
  writeVote,
} from './wire/payloads.ts';
