import { bytesToHex, type NetworkName } from '@virtualchain/bitcoin';
import { type ExpectedError, isExpectedError } from '@virtualchain/kernel';
import type { LogIdentity } from '@virtualchain/operation-log';
import { ConfigInvalid, type HealthServerOptions, type Logger, type Metrics } from '@virtualchain/process';
import type { VirtualChain } from '@virtualchain/protocol';
import { type ChainReport, chainMetrics, createChainReport } from './chain-report.ts';
import type { ChainIngest, IngestPorts } from './ingest.ts';
import { ingestChain } from './ingest-chain.ts';

/** All chains of one process: each on its own, watched together. */
export interface ChainsAtWork extends Pick<HealthServerOptions, 'health' | 'ready' | 'status'> {
  /** Resolves when the signal ended them. @throws the failure that halted a chain, once all have ended. */
  run(signal: AbortSignal): Promise<void>;
}

/** What the chains of one process are to be, beside the ports that they share. */
export interface IngestSettings {
  readonly chains: readonly VirtualChain[];
  readonly network: NetworkName;
  readonly topicPrefix: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export function ingestChains(settings: IngestSettings, ports: IngestPorts): ChainsAtWork {
  const { chains, network, topicPrefix, logger } = settings;
  const twice = chains.find((chain, index) => chains.findIndex(({ name }) => name === chain.name) !== index);
  if (twice !== undefined) throw new ConfigInvalid([`two chains are called ${twice.name}: they would share a topic`]);
  const metrics = chainMetrics(settings.metrics);
  const ingests = chains.map((chain): ChainIngest => {
    const identity: LogIdentity = {
      topic: `${topicPrefix}.${network}.${chain.name}`,
      network,
      chain: chain.name,
      magic: bytesToHex(chain.magic),
      firstBlock: chain.firstBlock,
    };
    const anchor = chain.checkpoint === undefined ? 'trusted' : 'checkpoint';
    const { topic } = identity;
    const report = createChainReport({ chain: chain.name, topic, anchor, logger, metrics, now: ports.clock.now });
    return { ...ports, chain, network, identity, report };
  });
  const states = () => ingests.map(({ report }) => report.status());

  return {
    async run(signal) {
      const ends = await Promise.all(ingests.map((each) => awaitEnd(ingestChain(each, signal), each.report)));
      const fault = ends.find((end) => end !== null);
      if (fault && !signal.aborted) throw fault;
    },
    health: () => ({ ok: states().some(({ state }) => state !== 'halted') }),
    ready: () => ({
      ok: states().every(({ state }) => !['starting', 'waiting', 'halted'].includes(state)),
      detail: states().map(({ chain, state, code }) => ({ chain, state, code })),
    }),
    status: () => ({ service: 'ingester', node: ports.node.label, network, chains: states() }),
  };
}

/** One chain's foreseen failure ends that chain only; a bug ends the process. */
async function awaitEnd(run: Promise<void>, report: ChainReport): Promise<ExpectedError | null> {
  try {
    await run;
    report.state('stopped');
    return null;
  } catch (error) {
    if (!isExpectedError(error)) throw error;
    report.halted(error);
    return error;
  }
}
