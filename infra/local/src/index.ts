export { cached, type Env } from './cache.ts';
export { debianBitcoind } from './debian-bitcoind.ts';
export { debianMirror, unpackDebian } from './debian-packages.ts';
export { kafkaJars } from './local-kafka.ts';
export { findBitcoind, type LocalNodeChoice } from './local-node.ts';
export { postgresBinaries } from './local-postgres.ts';
export { nodeProblem } from './missing-tools.ts';
export type { KafkaPart, NodePart, NodeWishes, Part, PartName, PartSource, PostgresPart } from './part.ts';
export {
  type ProcessLaunch,
  type RealParts,
  type RealPartsOptions,
  type Run,
  type RunningProcess,
  startRealParts,
} from './real-parts.ts';
export { type Log, runTool } from './tools.ts';
export { images } from './versions.ts';
