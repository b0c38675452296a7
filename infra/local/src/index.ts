export { kafkaJars } from './kafka/local-kafka.ts';
export { debianBitcoind } from './node/debian-bitcoind.ts';
export { debianMirror, unpackDebian } from './node/debian-packages.ts';
export { findBitcoind, type LocalNodeChoice } from './node/local-node.ts';
export type {
  KafkaPart,
  LogPart,
  NodePart,
  NodeWishes,
  Part,
  PartName,
  PartSource,
  PostgresLogPart,
  PostgresPart,
} from './part.ts';
export { postgresBinaries } from './postgres/local-postgres.ts';
export {
  type ProcessLaunch,
  type RealParts,
  type RealPartsOptions,
  type Run,
  type RunningProcess,
  startRealParts,
} from './real-parts.ts';
export { cached, type Env } from './tools/cache.ts';
export { findHelm } from './tools/helm.ts';
export { nodeProblem } from './tools/missing-tools.ts';
export { onPath } from './tools/on-path.ts';
export type { Embedding } from './tools/sources.ts';
export { type Log, runTool } from './tools/tools.ts';
export { images } from './tools/versions.ts';
