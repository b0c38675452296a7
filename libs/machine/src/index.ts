export {
  type BlockSteps,
  type FoldedBlock,
  type FoldedTransition,
  type FoldInput,
  type FoldOptions,
  type FoldTarget,
  foldBlock,
  type OperationOutcome,
  type ParsedBlock,
  parseBlock,
  StateUnavailable,
} from './fold.ts';
export { MachineFaulted, SnapshotMismatch, SnapshotMissing } from './fold-errors.ts';
export { type CanonicalValue, canonicalJson } from './hash/canonical-json.ts';
export {
  type CollectionHashes,
  changesHash,
  emptyCollectionHashes,
  nextCollectionHash,
  nextCollectionHashes,
  type RowChange,
  type ToldChanges,
  toldByCollection,
  toldChanges,
  toldJson,
  writeChange,
} from './hash/changes-hash.ts';
export {
  type ConsensusHash,
  consensusHash,
  consensusHashOf,
  consensusHashOfRoot,
  type OpsHash,
  opsHash,
  previousHeights,
} from './hash/consensus-hash.ts';
export { Dict, type FieldValue, LegacyFloat, Long, Tuple, UnicodeText } from './hash/field-value.ts';
export { JsonBytes } from './hash/json-bytes.ts';
export { FieldNotSerializable } from './hash/python-text.ts';
export { serializeOperation } from './hash/serialize.ts';
export {
  parseSerializedOperation,
  type SerializedOperation,
  type SnvAnswer,
  type SnvProblem,
  type SnvQuestion,
  type SnvRefusal,
  type SnvServer,
  type TrustedBlock,
  verifyOperations,
} from './hash/snv.ts';
export {
  type PlacedProof,
  type ProofSource,
  parseTrustRoot,
  type ResolvedRoot,
  type RootProblem,
  type RootSources,
  resolveTrustRoot,
  type TrustRoot,
  trailingConsensusHash,
} from './hash/snv-root.ts';
export { foldGenesis, MemoryFold, type MemoryFoldStart } from './memory-fold.ts';
export { prefetchBlocks } from './prefetch.ts';
export {
  type ArgumentsOf,
  defineQuery,
  type JsonSchema,
  type MachineQuery,
  type ParameterSchema,
  type ParametersSchema,
  type Queries,
} from './query/query.ts';
export { type QueryArguments, readQueryArguments } from './query/query-arguments.ts';
export {
  allRows,
  type BlockPage,
  type BlockRecord,
  type CollectionReading,
  type HistoryOptions,
  type OperationFilter,
  type OperationPage,
  type OperationRecord,
  type Reading,
  type ReadOptions,
  type RecordedVerdict,
  type RowFilter,
  type StateReading,
  type Version,
  type VersionFilter,
} from './reading.ts';
export { type Rehearsed, rehearse } from './rehearse.ts';
export { type SnapshotSource, SnapshotView } from './snapshots.ts';
export {
  bigint,
  boolean,
  bytes,
  type Collection,
  type Collections,
  type Column,
  type ColumnKind,
  type Columns,
  type ColumnValue,
  collection,
  integer,
  type KeyOf,
  legacyFloat,
  list,
  nullable,
  numeric,
  type Row,
  type RowOf,
  text,
} from './state/collection.ts';
export { type ColumnText, readColumnText } from './state/column-text.ts';
export { type EncodedKey, encodeTuple } from './state/key-order.ts';
export { MemoryState } from './state/memory-state.ts';
export {
  canonicalKey,
  canonicalRow,
  canonicalValue,
  checkRow,
  doubleHex,
  fromCanonical,
  rowsEqual,
} from './state/row.ts';
export { rowSchema } from './state/row-schema.ts';
export type { IndexRange, StateSource } from './state/state-source.ts';
export { WorkingState } from './state/working-state.ts';
export {
  type AnyStateMachine,
  anchorHeight,
  type BlockContext,
  type CollectionState,
  type ConsensusWindow,
  type DecideContext,
  defineStateMachine,
  type MachineDefinition,
  type PageOptions,
  type Prefetch,
  type PrefetchedRows,
  type Snapshots,
  type State,
  type StateMachine,
} from './state-machine.ts';
export {
  type Accepted,
  accepted,
  type Ignored,
  ignored,
  type Rejected,
  rejected,
  type Transition,
  type Verdict,
} from './verdict.ts';
