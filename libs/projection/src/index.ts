export { attachProjection } from './advance/attach.ts';
export { findCommonBlock } from './advance/common-block.ts';
export type { FeedLine } from './advance/memory-batch.ts';
export { MemoryProjection, MemoryStore } from './advance/memory-projection.ts';
export { projectionPoints } from './advance/points.ts';
export { PostgresProjection } from './advance/postgres-projection.ts';
export { upToStop } from './advance/runs.ts';
export type { StoredHashes } from './build/blocks.ts';
export type { BuildStatus } from './build/builds-table.ts';
export { amongOthers, type Patience, partAmongOthers } from './build/database/among-others.ts';
export {
  connectDatabase,
  type Database,
  type Db,
  inTransaction,
  orDatabaseError,
  type PoolPurpose,
} from './build/database/database.ts';
export type { FeedChange, JsonRow } from './build/feed/changes.ts';
export { type CompareRulesOptions, compareRules, type RulesCompared } from './compare-rules/compare-rules.ts';
export type { DifferingBlock, DifferingRow, ToldRow } from './compare-rules/differences.ts';
export {
  BlockNotOnBranch,
  BuildNotDroppable,
  BuildRetired,
  CheckpointMoved,
  DatabaseBusy,
  DatabaseRefused,
  DatabaseUnavailable,
  ForeignLog,
  HeightOutOfRange,
  HistoryPruned,
  LayoutDiffers,
  NoCommonBlock,
  NoLiveBuild,
  NotFound,
  NotNext,
  ParametersDiffer,
  RoleTooStrong,
  RulesNotComparable,
  SnapshotRefused,
  SwitchRefused,
  VersionDiffers,
} from './errors.ts';
export {
  judgePending,
  type PendingJudged,
  type PendingQuestion,
  type PendingVerdict,
  type PlacedBlock,
} from './pending/judge-pending.ts';
export { beginPending, type PendingHappening, type PendingLook, type PendingView } from './pending/pending-view.ts';
export {
  type PendingEnd,
  type PendingEntry,
  readPending,
  readPendingAfter,
  readPendingEnd,
} from './pending/read-pending.ts';
export type { Advanced, BlockMark, Checkpoint, Fault, Projection, ProjectionStatus, VerdictCounts } from './port.ts';
export { type Pruned, type PruneOptions, pruneHistory } from './prune/prune-history.ts';
export { type Answers, answersOf } from './read/answers.ts';
export { type Feed, type FeedEnd, type FeedPlace, feedOf } from './read/feed/feed.ts';
export type {
  BlockOpened,
  BlockRetracted,
  BlockSealed,
  FeedBlock,
  FeedEntry,
  FeedOperation,
  Genesis,
  OperationJudged,
} from './read/feed/feed-entry.ts';
export { type Reorganisation, type ReorganisationPage, readReorganisations } from './read/feed/reorganisations.ts';
export { findFeedBlock, findHeldOfFeed, type HeldOfFeed } from './read/feed/retired-feed.ts';
export { type FeedTotals, readFeedTotals } from './read/feed-totals.ts';
export { readHashes } from './read/hashes.ts';
export { type LogPlaceOfBlock, readLogCursor, readLogPlace } from './read/log-cursor.ts';
export { type Reader, readerOf, readProjection } from './read/reader.ts';
export type { ReadAt } from './read/reading.ts';
export { type ReplicaStatus, readReplica } from './read/replica.ts';
export { type Rules, readSeals, rulesOf, type Seal, type Seals } from './read/seals.ts';
export { type MachineStatus, readStatuses } from './read/status.ts';
export { type MachineVerdict, readVerdicts } from './read/verdicts.ts';
export { type RebuildOptions, rebuild, type Switched } from './rebuild/rebuild.ts';
export { type TakenOver, takeOver } from './rebuild/take-over.ts';
export { readBuildSizes, type SizedBuild } from './registry/build-sizes.ts';
export { dropBuild, dropRetired } from './registry/change-builds.ts';
export { prepareToBuild } from './registry/make-build.ts';
export { inMigrated } from './registry/migrated.ts';
export type { MigratedSchema, SchemaMigration } from './registry/migrated-schema.ts';
export { createBuild, openBuild, openLiveBuild, openProjection } from './registry/open-build.ts';
export {
  liveAmong,
  type MachineInstance,
  parametersHash,
  type RegisteredBuild,
} from './registry/registered-build.ts';
export { openRegistry, type Registry } from './registry/registry.ts';
export { handOver } from './registry/roles/hand-over.ts';
export {
  type Kept,
  type RoleName,
  type RoleOptions,
  roleName,
  secureDatabase,
} from './registry/roles/secure-database.ts';
export { viewSchema } from './registry/views.ts';
export { type ExportOptions, exportSnapshot } from './snapshot/snapshot-export.ts';
export { type SnapshotHeader, signerOf } from './snapshot/snapshot-file.ts';
export { type Imported, type ImportOptions, importSnapshot } from './snapshot/snapshot-import.ts';
export { type Audited, AuditRound } from './verify/audit.ts';
export {
  compareVerdicts,
  type ToldVerdict,
  type VerdictChange,
  type VerdictChangeCount,
  type VerdictChanges,
} from './verify/compare-verdicts.ts';
export { type Divergence, findDivergence } from './verify/diverge.ts';
export { type Disagreement, TRUSTED, type Verified } from './verify/verified.ts';
export { type VerifyOptions, verifyProjection } from './verify/verify.ts';
export { type VerifyLogOptions, verifyFromLog } from './verify/verify-log.ts';
