export { createBlockCache } from './block/block-cache.ts';
export { type ChainReport, type ChainStatus, chainMetrics, createChainReport } from './chain-report.ts';
export type { ChainIngest, IngestPorts } from './ingest.ts';
export { ingestChain } from './ingest-chain.ts';
