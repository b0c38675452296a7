export type { KafkaPart, NodePart, Part, PartName, PartSource, PostgresPart } from './part.ts';
export { type RealParts, type RealPartsOptions, type Run, startRealParts } from './real-parts.ts';
