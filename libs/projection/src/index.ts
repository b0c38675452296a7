export { attachProjection } from './advance/attach.ts';
export { findCommonBlock } from './advance/common-block.ts';
export { type FeedEntry, MemoryProjection, MemoryStore } from './advance/memory-projection.ts';
export { projectionPoints } from './advance/points.ts';
export { PostgresProjection } from './advance/postgres-projection.ts';
export { upToStop } from './advance/runs.ts';
export type { StoredHashes } from './build/blocks.ts';
export { PostgresUrlInvalid, problemsOfPostgresUrl } from './build/postgres-url.ts';
export {
  BuildRetired,
  CheckpointMoved,
  DatabaseRefused,
  DatabaseUnavailable,
  ForeignLog,
  HeightOutOfRange,
  NoCommonBlock,
  NotFound,
  NotNext,
  ParametersDiffer,
  SnapshotRefused,
  SwitchRefused,
  VersionDiffers,
} from './errors.ts';
export type { Advanced, BlockMark, Checkpoint, Fault, Projection, ProjectionStatus, VerdictCounts } from './port.ts';
export { type Answers, openAnswers } from './read/answers.ts';
export {
  type FeedTotals,
  feedTotals,
  type RowsOptions,
  readHashes,
  readRows,
} from './read/queries.ts';
export { openReader, type Reader } from './read/reading.ts';
export { type MachineStatus, machineStatuses } from './read/status.ts';
export { liveBuild, type RebuildOptions, rebuild, type Switched } from './rebuild/rebuild.ts';
export {
  type BuildStatus,
  checkInstance,
  createBuild,
  dropBuild,
  listBuilds,
  liveAmong,
  type MachineInstance,
  openBuild,
  openProjection,
  parametersHash,
  type RegisteredBuild,
} from './registry/builds.ts';
export { viewSchema } from './registry/views.ts';
export { type ExportOptions, exportSnapshot } from './snapshot/snapshot-export.ts';
export { type SnapshotHeader, signerOf } from './snapshot/snapshot-file.ts';
export { type Imported, type ImportOptions, importSnapshot } from './snapshot/snapshot-import.ts';
export { type Divergence, findDivergence } from './verify/diverge.ts';
export { type Disagreement, type Verified, type VerifyOptions, verifyProjection } from './verify/verify.ts';
export { type VerifyLogOptions, verifyFromLog } from './verify/verify-log.ts';
