export { debianBitcoind } from './debian-bitcoind.ts';
export { findBitcoind, type LocalNodeChoice } from './local-node.ts';
export type { KafkaPart, NodePart, NodeWishes, Part, PartName, PartSource, PostgresPart } from './part.ts';
export {
  type ProcessLaunch,
  type RealParts,
  type RealPartsOptions,
  type Run,
  type RunningProcess,
  startRealParts,
} from './real-parts.ts';
