import { type Height, height, type NetworkName } from '@virtualchain/bitcoin';
import { type Clock, createBackOff, ExpectedError, isExpectedError } from '@virtualchain/kernel';
import { type BitcoinNode, checkNode } from '@virtualchain/node-client';
import type { Election, LogIdentity, OperationLog } from '@virtualchain/operation-log';
import type { VirtualChain } from '@virtualchain/protocol';
import type { Observable } from 'rxjs';
import type { BlockCache } from './block/block-cache.ts';
import { createDifficultyCheck } from './block/difficulty-check.ts';
import type { ChainReport } from './chain-report.ts';
import { CHAIN_RETRY, FENCED_RETRY } from './limits.ts';
import { publish } from './publish.ts';

/** What following one virtual chain needs of the world. */
export interface IngestPorts {
  readonly node: BitcoinNode;
  readonly blocks: BlockCache;
  readonly log: OperationLog;
  readonly election: Election;
  /** Something may have changed at the node: poll and hints. */
  readonly wakeUps: Observable<unknown>;
  readonly clock: Clock;
}

/** One virtual chain and its place in the log. */
export interface ChainWork {
  readonly chain: VirtualChain;
  readonly network: NetworkName;
  readonly identity: LogIdentity;
}

/**
 * Follows one virtual chain until the signal ends it: stands by, and publishes while it leads. Its cursor, its writer
 * and its failures are its own.
 *
 * @throws the failure that halts it, or a bug.
 */
export async function ingestChain(
  work: ChainWork,
  ports: IngestPorts,
  report: ChainReport,
  signal: AbortSignal,
): Promise<void> {
  const halted = new AbortController();
  const over = AbortSignal.any([signal, halted.signal]);
  let epoch = 0;
  let fault: unknown = null;
  let term: { end(): Promise<void> } | null = null;

  function startTerm() {
    const replaced = new AbortController();
    const lead = leadTerm(work, ports, report, AbortSignal.any([over, replaced.signal]), (opened) => {
      epoch = opened;
    }).catch((error: unknown) => {
      fault ??= error;
      halted.abort();
    });
    return {
      async end() {
        replaced.abort();
        await lead;
      },
    };
  }

  // The election of a leader wants the topic to be there already.
  await untilDone(over, report, ports.clock, () => ports.log.ensureTopic(work.identity.topic));
  try {
    for await (const state of ports.election.campaign(work.identity.topic, { epoch: () => epoch, signal: over })) {
      await term?.end();
      term = null;
      if (state === 'leader') term = startTerm();
      else report.state('standby');
    }
  } finally {
    await term?.end();
  }
  if (fault !== null) throw fault;
}

/** Leads until the signal ends it: after every failure a new writer, which fences and reads the tail again. */
async function leadTerm(
  work: ChainWork,
  ports: IngestPorts,
  report: ChainReport,
  signal: AbortSignal,
  opened: (epoch: number) => void,
): Promise<void> {
  await untilDone(signal, report, ports.clock, async (progressed) => {
    await ports.log.ensureTopic(work.identity.topic); // it may have been deleted under a running ingester
    await refuseUnfit(ports, work);
    await using writer = await ports.log.openWriter(work.identity);
    opened(writer.tail.epoch);
    report.leads(writer.tail);
    const difficulty = createDifficultyCheck(work.network, ports.node, work.chain.checkpoint);
    await publish({ work, ports, writer, report, difficulty, signal, progressed });
  });
}

/** Tries again, later each time, until it went well once or the signal ends it. */
async function untilDone(
  signal: AbortSignal,
  report: ChainReport,
  clock: Clock,
  work: (progressed: () => void) => Promise<void>,
): Promise<void> {
  const waits = createBackOff(CHAIN_RETRY, clock.jitter);
  const fencedWaits = createBackOff(FENCED_RETRY, clock.jitter);
  while (!signal.aborted) {
    try {
      await work(() => waits.reset());
      return;
    } catch (error) {
      if (signal.aborted && isExpectedError(error)) return;
      if (!isExpectedError(error) || error.remedy === 'halt') throw error;
      const ms = Math.round((isFenced(error) ? fencedWaits : waits).nextMs());
      report.retry(error, ms);
      await clock.sleep(ms, signal);
    }
  }
}

/** The node is still downloading the chain. */
class NodeSyncing extends ExpectedError {
  override readonly name = 'NodeSyncing';
  readonly code = 'NODE_SYNCING';
  readonly remedy = 'retry';
  constructor(node: string, at: number, blocksLeft: number) {
    super(`node ${node} is still syncing: at block ${at}, ${blocksLeft} to go`);
  }
}

/** @throws NodeSyncing, and what `checkNode` throws: a node that cannot serve the chain writes nothing into its log. */
async function refuseUnfit({ node, log }: IngestPorts, { chain, network, identity }: ChainWork): Promise<void> {
  const nextBlock = async (): Promise<Height> => {
    const newest = (await log.tail(identity.topic))?.block;
    return newest ? height(newest.height + 1) : chain.firstBlock;
  };
  const readiness = await checkNode(node, { ...chain, nextBlock }, network);
  if (readiness.kind === 'syncing') throw new NodeSyncing(node.label, readiness.status.blocks, readiness.blocksLeft);
}

const isFenced = (error: ExpectedError): boolean => error.code === 'WRITER_FENCED';
