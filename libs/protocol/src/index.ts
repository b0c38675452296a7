export { asyncApiDocument, jsonSchemas } from './async-api.ts';
export {
  type ChainDefinition,
  defineVirtualChain,
  type OperationSpec,
  VirtualChainInvalid,
  type VirtualChainSpec,
} from './define-virtual-chain.ts';
export type {
  BlockConnected,
  BlockDisconnected,
  LogCreated,
  LogEvent,
  OperationEvent,
  Sender,
  Unplaced,
  WriterStarted,
} from './events.ts';
export {
  FILTER_FIELDS,
  type Filter,
  type FilterField,
  FilterInvalid,
  type FilterSubject,
  matchesFilter,
  parseFilter,
} from './filter/filter.ts';
export { FEED_ENTRY_SCHEMAS } from './generated/feed-schemas.ts';
export { type FundingLookup, FundingUnknown, fundingTxids, operationEvents } from './operation-events.ts';
export { type DecodedEvent, decodeEvent, encodeEvent, operationsDigest } from './record.ts';
export { type ScannedTransaction, scanBlock } from './scan-block.ts';
export { whatIsCut } from './sender-scripts.ts';
export type { Decoded, Encoded, OperationCodec, PayloadContext, VirtualChain } from './virtual-chain.ts';
