export { createBlockCache } from './block/block-cache.ts';
export { type ChainReport, type ChainStatus, chainMetrics, createChainReport } from './chain-report.ts';
export { type ChainWork, type IngestPorts, ingestChain } from './ingest-chain.ts';
