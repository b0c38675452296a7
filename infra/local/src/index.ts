export type { KafkaPart, NodePart, Part, PartName, PartSource, PostgresPart } from './part.ts';
export {
  type ProcessLaunch,
  type RealParts,
  type RealPartsOptions,
  type Run,
  type RunningProcess,
  startRealParts,
} from './real-parts.ts';
