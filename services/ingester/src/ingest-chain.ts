import { BlockInvalid, BlockMalformed, HeaderInvalid, type Height, height } from '@virtualchain/bitcoin';
import { createBackOff, ExpectedError, isExpectedError } from '@virtualchain/kernel';
import { checkNode } from '@virtualchain/node-client';
import { REJOIN_WAIT_MS } from '@virtualchain/operation-log';
import { BlockNotServed } from './block/block-entry.ts';
import { createDifficultyCheck, HeadersNotServed } from './block/difficulty-check.ts';
import { trackBranch } from './branch.ts';
import type { ChainIngest } from './ingest.ts';
import { CHAIN_RETRY, FENCED_RETRY } from './limits.ts';
import { publish } from './publish.ts';

/**
 * Follows one virtual chain until the signal ends it: stands by, and publishes while it leads. Its cursor, its writer
 * and its failures are its own.
 *
 * @throws the failure that halts it, or a bug.
 */
export async function ingestChain(ingest: ChainIngest, signal: AbortSignal): Promise<void> {
  const { log, election, report } = ingest;
  const { topic } = ingest.identity;
  const halted = new AbortController();
  const over = AbortSignal.any([signal, halted.signal]);
  let epoch = 0;
  let fault: unknown = null;
  let leadership: { end(): Promise<void> } | null = null;

  function startLeading() {
    const replaced = new AbortController();
    const leading = lead(ingest, AbortSignal.any([over, replaced.signal]), (opened) => {
      epoch = opened;
    }).catch((error: unknown) => {
      fault ??= error;
      halted.abort();
    });
    return {
      async end() {
        replaced.abort();
        await leading;
      },
    };
  }

  // The election of a leader wants the topic to be there already.
  await untilDone(ingest, over, () => unlessOver(log.ensureTopic(topic), over));
  try {
    for await (const state of election.campaign(topic, { epoch: () => epoch, signal: over })) {
      await leadership?.end();
      leadership = null;
      if (state === 'leader') leadership = startLeading();
      else if (state === 'standby') report.state('standby');
      else if (state.remedy === 'halt') throw state;
      else report.retry(state, REJOIN_WAIT_MS);
    }
  } finally {
    await leadership?.end();
  }
  if (fault !== null) throw fault;
}

/** Leads until the signal ends it: after every failure a new writer, which fences and reads the tail again. */
async function lead(ingest: ChainIngest, signal: AbortSignal, opened: (epoch: number) => void): Promise<void> {
  const { chain, network, identity, node, log, report } = ingest;
  await untilDone(ingest, signal, async (progressed) => {
    await log.ensureTopic(identity.topic); // it may have been deleted under a running ingester
    await refuseUnfit(ingest);
    await using writer = await log.openWriter(identity);
    opened(writer.tail.epoch);
    report.leads(writer.tail);
    const difficulty = createDifficultyCheck(network, node, chain.checkpoint);
    await publish({ ...ingest, writer, branch: trackBranch(writer, identity), difficulty, signal, progressed });
  });
}

/** Tries again, later each time, until it went well once or the signal ends it. */
async function untilDone(
  { node, report, clock }: ChainIngest,
  signal: AbortSignal,
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
      if (isWrongAnswer(error)) node.distrust?.();
      const ms = Math.round((isFenced(error) ? fencedWaits : waits).nextMs());
      report.retry(error, ms);
      await clock.sleep(ms, signal);
    }
  }
}

/** A broker that is down is asked for longer than a stop may take: what cannot be called back is left to itself then. */
async function unlessOver(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const over = Promise.withResolvers<void>();
  const end = () => over.resolve();
  signal.addEventListener('abort', end, { once: true });
  try {
    await Promise.race([work, over.promise]);
  } finally {
    signal.removeEventListener('abort', end);
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
async function refuseUnfit({ node, log, chain, network, identity }: ChainIngest): Promise<void> {
  const nextBlock = async (): Promise<Height> => {
    const newest = (await log.tail(identity.topic))?.block;
    return newest ? height(newest.height + 1) : chain.firstBlock;
  };
  const readiness = await checkNode(node, { ...chain, nextBlock }, network);
  if (readiness.kind === 'syncing') throw new NodeSyncing(node.label, readiness.status.blocks, readiness.blocksLeft);
}

/** What the node said is not true, or it does not give what it names: another node may. */
const isWrongAnswer = (error: ExpectedError): boolean =>
  [BlockInvalid, BlockMalformed, HeaderInvalid, BlockNotServed, HeadersNotServed].some((kind) => error instanceof kind);

const isFenced = (error: ExpectedError): boolean => error.code === 'WRITER_FENCED';
