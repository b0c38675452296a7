export { bnsChain } from './chain.ts';
export type { AccountRow, BnsCollections, NameRow, NamespaceRow, PreorderRow } from './collections.ts';
export { bnsMachine } from './machine.ts';
export { announcePayload } from './operations/announce.ts';
export { nameImportPayload } from './operations/name/name-import.ts';
export { namePreorderPayload } from './operations/name/name-preorder.ts';
export { nameRevokePayload } from './operations/name/name-revoke.ts';
export { nameTransferPayload } from './operations/name/name-transfer.ts';
export { nameUpdatePayload } from './operations/name/name-update.ts';
export { registrationPayload } from './operations/name/registration-payload.ts';
export { namespacePreorderPayload } from './operations/namespace/namespace-preorder.ts';
export { namespaceReadyPayload } from './operations/namespace/namespace-ready.ts';
export { namespaceRevealPayload } from './operations/namespace/namespace-reveal.ts';
export { tokenTransferPayload } from './operations/token-transfer.ts';
export type { BnsOperation } from './operations.ts';
export { type BnsParameters, BnsParametersInvalid, type GenesisAccount, readParameters } from './parameters.ts';
export { type BuyOptions, type NameOptions, planPreorder, planRegister, planRenew } from './planning/buy-name.ts';
export { planRevoke, planTransfer, planUpdate } from './planning/keep-name.ts';
export {
  planImport,
  planNamespacePreorder,
  planNamespaceReady,
  planNamespaceReveal,
  type RevealOptions,
  revealDefaults,
} from './planning/namespaces.ts';
export { type Party, partyOf } from './planning/party.ts';
export type { Plan, Planning } from './planning/plan.ts';
export { readPlanning, rehearsedOf, type Sender } from './planning/planning.ts';
export { AddressInvalid, OperationRefused } from './planning/refusal.ts';
export { type Standing, standingOf, standingText } from './planning/standing.ts';
export { planAnnounce, planSendTokens } from './planning/tokens.ts';
export { accountBalance, accountHistory, accountRecord, accountsAt, accountTokens } from './queries/accounts.ts';
export { consensusHashAt, consensusHashes, heightOfConsensusHash } from './queries/consensus.ts';
export { type NameCost, type NamespaceCost, nameCost, namespaceCost } from './queries/costs.ts';
export { type Creation, countNamesCreatedBy, namesCreatedBy } from './queries/creations.ts';
export { type Did, didOf, formatDid, parseDid } from './queries/did.ts';
export { type DidAnswer, nameOfDid } from './queries/did-names.ts';
export type { HistoryEntry } from './queries/history.ts';
export { allNames, allNamesEver, countNames, countNamesEver, namesOfAddress } from './queries/lists.ts';
export { hadValueHash, historicNameAt, type NameAnswer, nameAt, nameHistory } from './queries/names.ts';
export {
  countNamesInNamespace,
  launchedNamespaces,
  type NamespaceAnswer,
  namesInNamespace,
  namespaceAt,
} from './queries/namespaces.ts';
export { operationOf } from './queries/operation-names.ts';
export {
  countOperationsAt,
  type OperationsPage,
  operationsAt,
  opsHashAt,
  type TransactionStatus,
  transactionStatus,
} from './queries/operations.ts';
export type { BnsView, NamePage } from './queries/view.ts';
export { balanceOf, STACKS } from './rules/accounts.ts';
export { EPOCHS, type Epoch, epochAt } from './rules/epochs.ts';
export { hash128, nameConsensusHash, preorderHash } from './rules/hashes.ts';
export { importRing } from './rules/import-ring.ts';
export { base40Hex, isName, isNamespace, splitName } from './rules/names.ts';
export {
  microStacksPrice,
  type NamespacePrice,
  namespacePrice,
  type PriceFunction,
  satoshiPrice,
} from './rules/prices.ts';
export {
  type Deadlines,
  deadlinesOf,
  isInGrace,
  isReady,
  isRegistered,
  isRevealed,
  LIFETIME_INFINITE,
  nameExists,
} from './rules/rules.ts';
export { OPCODES } from './wire/opcodes.ts';
