import type { BlockHash, Height } from '@virtualchain/bitcoin';
import { nextStep } from '@virtualchain/node-client';
import type { LogEntry, LogWriter } from '@virtualchain/operation-log';
import { exhaustMap, from, fromEvent, lastValueFrom, merge, of, takeUntil } from 'rxjs';
import { type ReadyBlock, readyBlock } from './block/block-entry.ts';
import type { DifficultyCheck } from './block/difficulty-check.ts';
import { type TrackedBranch, trackBranch } from './branch.ts';
import type { ChainReport } from './chain-report.ts';
import { publishPoints } from './failpoints.ts';
import type { ChainWork, IngestPorts } from './ingest-chain.ts';
import {
  CHAIN_MOVED_WAIT_MS,
  DISCONNECTS_PER_TRANSACTION_MAX,
  LOG_CHECK_MS,
  LOOK_AHEAD_BLOCKS_MAX,
  STEP_BLOCKS_MAX,
  TRANSACTION_BLOCKS_MAX,
  TRANSACTION_BYTES_MAX,
} from './limits.ts';

/** One term of leadership: what publishing needs at hand. */
export interface Term {
  readonly work: ChainWork;
  readonly ports: IngestPorts;
  readonly writer: LogWriter;
  readonly report: ChainReport;
  readonly difficulty: DifficultyCheck;
  readonly signal: AbortSignal;
  /** Called when something was published or nothing is left to: earlier failures are forgotten then. */
  readonly progressed: () => void;
}

/** Follows the node's best chain with one writer, woken by poll and hints, until the signal ends it. */
export async function publish(term: Term): Promise<void> {
  const { ports, writer, signal } = term;
  const branch = trackBranch(writer, term.work.identity);
  if (signal.aborted) return;
  let running: Promise<void> = Promise.resolve();
  let checkedAt = ports.clock.now();
  const advance = () => {
    running = advanceToTip(term, branch).then(async () => {
      if (signal.aborted || ports.clock.now() - checkedAt < LOG_CHECK_MS) return;
      await writer.check();
      checkedAt = ports.clock.now();
    });
    return from(running);
  };
  const steps = merge(of(null), ports.wakeUps).pipe(takeUntil(fromEvent(signal, 'abort')), exhaustMap(advance));
  try {
    await lastValueFrom(steps, { defaultValue: undefined });
  } finally {
    await running; // a transaction that was begun is finished before the writer is closed
  }
}

/** Takes one step after another until log and node agree, or the node is behind. */
async function advanceToTip(term: Term, branch: TrackedBranch): Promise<void> {
  const { ports, writer, report, signal, progressed } = term;
  while (!signal.aborted) {
    const step = await nextStep(ports.node, branch, { lookAheadBlocks: STEP_BLOCKS_MAX });
    report.nodeTip(step.nodeTip.height);
    switch (step.kind) {
      case 'connect':
        report.state(step.hashes.length > 1 ? 'catching-up' : 'leader');
        await connectAll(term, branch, step.from, step.hashes);
        break;
      case 'disconnect':
        for (let start = 0; start < step.blocks.length; start += DISCONNECTS_PER_TRANSACTION_MAX) {
          const leaving = step.blocks.slice(start, start + DISCONNECTS_PER_TRANSACTION_MAX);
          publishPoints.pass('before-disconnect');
          const tail = await writer.append(
            leaving.map(
              ({ height, hash, previousHash }): LogEntry => ({
                kind: 'disconnect',
                block: { height, hash, previousHash },
              }),
            ),
          );
          publishPoints.pass('after-disconnect');
          branch.disconnected(leaving.length, tail.block);
          report.disconnected(leaving.length, tail);
        }
        break;
      case 'behind':
        reportBehind(term, branch, step.nodeTip.height);
        progressed();
        return;
      case 'retry':
        await ports.clock.sleep(CHAIN_MOVED_WAIT_MS, signal);
        break;
      case 'current':
        report.state('leader');
        progressed();
        return;
    }
    progressed();
  }
}

/** A node below the chain's first block has nothing to publish yet; one that lacks our tip is behind. */
function reportBehind({ ports, report }: Term, { tip, firstBlock }: TrackedBranch, nodeHeight: Height): void {
  if (tip === null) report.state('leader', `the chain begins with block ${firstBlock}, the node is at ${nodeHeight}`);
  else
    report.state(
      'behind',
      `node ${ports.node.label} is at ${nodeHeight} and lacks our block ${tip.height} ${tip.hash}`,
    );
}

/** Publishes these blocks, many to a transaction; stops early when one of them left the node's best chain. */
async function connectAll(
  term: Term,
  branch: TrackedBranch,
  start: Height,
  hashes: readonly BlockHash[],
): Promise<void> {
  const { work, ports, difficulty, signal } = term;
  const source = { chain: work.chain, network: work.network, node: ports.node, blocks: ports.blocks, difficulty };
  let ready: ReadyBlock[] = [];
  let bytes = 0;
  let parent = branch.tip;
  /** The transaction before is on its way while the next one is made ready. */
  let appending: Promise<void> = Promise.resolve();
  const append = async (): Promise<void> => {
    await appending;
    appending = connect(term, branch, ready);
    appending.catch(() => undefined); // met where it is awaited
    ready = [];
    bytes = 0;
  };
  /** Of the hashes, how many were fetched or are being fetched, and how many had their turn. */
  let ahead = 1;
  let done = 0;
  try {
    for (const [index, hash] of hashes.entries()) {
      if (signal.aborted) break;
      for (; ahead < hashes.length && ahead <= index + LOOK_AHEAD_BLOCKS_MAX; ahead += 1) {
        ports.blocks.fetchAhead(hashes[ahead] as BlockHash);
      }
      done = index + 1;
      publishPoints.pass('before-fetch');
      const block = await readyBlock(source, parent, (start + index) as Height, hash);
      if (block === null) break;
      publishPoints.pass('after-verify');
      ready.push(block);
      parent = block.point;
      bytes += block.bytes;
      if (ready.length >= TRANSACTION_BLOCKS_MAX || bytes >= TRANSACTION_BYTES_MAX) await append();
    }
    if (!signal.aborted) await append();
  } finally {
    for (const hash of hashes.slice(Math.max(1, done), ahead)) ports.blocks.release(hash);
    await appending; // a transaction that was begun is finished, and its failure comes first
  }
}

async function connect({ writer, report }: Term, branch: TrackedBranch, ready: readonly ReadyBlock[]): Promise<void> {
  if (ready.length === 0) return;
  const tail = await writer.append(ready.map(({ entry }) => entry));
  branch.connected(ready.map(({ point }) => point));
  report.connected(
    ready.length,
    ready.reduce((sum, { entry }) => sum + entry.operations.length, 0),
    tail,
    ready.reduce((sum, { unprovenOutputs }) => sum + unprovenOutputs, 0),
  );
}
