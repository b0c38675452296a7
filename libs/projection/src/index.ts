export { type Answers, openAnswers } from './answers.ts';
export { attachProjection } from './attach.ts';
export {
  type Build,
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
} from './builds.ts';
export type { Checkpoint, Fault, ProjectionStatus } from './checkpoint.ts';
export { findCommonBlock } from './common-block.ts';
export { type Divergence, findDivergence } from './diverge.ts';
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
export { type FeedEntry, MemoryProjection, MemoryStore } from './memory-projection.ts';
export { PROJECTION_POINTS, type ProjectionPassing } from './points.ts';
export type { Advanced, BlockMark, Projection, VerdictCounts } from './port.ts';
export { PostgresProjection } from './postgres-projection.ts';
export { PostgresUrlInvalid, problemsOfPostgresUrl } from './postgres-url.ts';
export { type FeedTotals, feedTotals, type RowsOptions, readHashes, readRows, type StoredHashes } from './queries.ts';
export { openReader, type Reader } from './reading.ts';
export { liveBuild, type RebuildOptions, rebuild, type Switched } from './rebuild.ts';
export { upToStop } from './runs.ts';
export { type ExportOptions, exportSnapshot } from './snapshot-export.ts';
export { type SnapshotHeader, signerOf } from './snapshot-file.ts';
export { type Imported, type ImportOptions, importSnapshot } from './snapshot-import.ts';
export { type MachineStatus, machineStatuses } from './status.ts';
export { type Disagreement, type Verified, type VerifyOptions, verifyProjection } from './verify.ts';
export { type VerifyLogOptions, verifyFromLog } from './verify-log.ts';
export { viewSchema } from './views.ts';
