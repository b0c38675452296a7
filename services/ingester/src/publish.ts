import type { BlockHash, Height } from '@virtualchain/bitcoin';
import { type BranchBlock, nextStep } from '@virtualchain/node-client';
import type { LogEntry } from '@virtualchain/operation-log';
import { exhaustMap, from, fromEvent, lastValueFrom, merge, of, takeUntil } from 'rxjs';
import { type Batch, readyBatches } from './batches.ts';
import { publishPoints } from './failpoints.ts';
import type { LeadingIngest } from './ingest.ts';
import { CHAIN_MOVED_WAIT_MS, DISCONNECTS_PER_TRANSACTION_MAX, LOG_CHECK_MS, STEP_BLOCKS_MAX } from './limits.ts';

/** Follows the node's best chain with one writer, woken by poll and hints, until the signal ends it. */
export async function publish(leading: LeadingIngest): Promise<void> {
  const { writer, signal, clock, wakeUps } = leading;
  if (signal.aborted) return;
  let running: Promise<void> = Promise.resolve();
  let checkedAt = clock.now();
  const advance = () => {
    running = advanceToTip(leading).then(async () => {
      if (signal.aborted || clock.now() - checkedAt < LOG_CHECK_MS) return;
      await writer.check();
      checkedAt = clock.now();
    });
    return from(running);
  };
  const steps = merge(of(null), wakeUps).pipe(takeUntil(fromEvent(signal, 'abort')), exhaustMap(advance));
  try {
    await lastValueFrom(steps, { defaultValue: undefined });
  } finally {
    await running; // a transaction that was begun is finished before the writer is closed
  }
}

/** Takes one step after another until log and node agree, or the node is behind. */
async function advanceToTip(leading: LeadingIngest): Promise<void> {
  const { node, branch, report, signal, clock, progressed } = leading;
  while (!signal.aborted) {
    const step = await nextStep(node, branch, { blocksMax: STEP_BLOCKS_MAX });
    report.nodeTip(step.nodeTip.height);
    switch (step.kind) {
      case 'connect':
        report.state(step.hashes.length > 1 ? 'catching-up' : 'leader');
        await connectAll(leading, step.from, step.hashes);
        break;
      case 'disconnect':
        await disconnectAll(leading, step.blocks);
        break;
      case 'behind':
        reportBehind(leading, step.nodeTip.height);
        progressed();
        return;
      case 'retry':
        await clock.sleep(CHAIN_MOVED_WAIT_MS, signal);
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
function reportBehind({ node, report, branch }: LeadingIngest, nodeHeight: Height): void {
  const { tip, firstBlock } = branch;
  if (tip === null) report.state('leader', `the chain begins with block ${firstBlock}, the node is at ${nodeHeight}`);
  else report.state('behind', `node ${node.label} is at ${nodeHeight} and lacks our block ${tip.height} ${tip.hash}`);
}

/** Publishes these blocks, many to a transaction; the next transaction is made ready while one is on its way. */
async function connectAll(leading: LeadingIngest, start: Height, hashes: readonly BlockHash[]): Promise<void> {
  let appending: Promise<void> = Promise.resolve();
  try {
    for await (const batch of readyBatches(leading, start, hashes)) {
      await appending;
      appending = connect(leading, batch);
      appending.catch(() => undefined); // met where it is awaited
    }
  } finally {
    await appending; // a transaction that was begun is finished, and its failure comes first
  }
}

async function connect({ writer, branch, report, traces }: LeadingIngest, batch: Batch): Promise<void> {
  const appendedFromMs = traces?.now() ?? 0;
  const tail = await writer.append(batch.map(({ entry }) => entry));
  const endedMs = traces?.now() ?? 0;
  for (const { entry, beganMs = appendedFromMs } of traces ? batch : []) {
    traces?.way('block', entry.block, { beganMs, endedMs });
    traces?.step('append', entry.block, { beganMs: appendedFromMs, endedMs });
  }
  branch.connected(batch.map(({ entry }) => entry.block));
  report.connected(
    batch.length,
    batch.reduce((sum, { entry }) => sum + entry.operations.length, 0),
    tail,
    batch.reduce((sum, { unprovenOutputs }) => sum + unprovenOutputs, 0),
  );
}

/** Takes these blocks, newest first, from the log. */
async function disconnectAll({ writer, branch, report }: LeadingIngest, blocks: readonly BranchBlock[]): Promise<void> {
  for (let start = 0; start < blocks.length; start += DISCONNECTS_PER_TRANSACTION_MAX) {
    const leaving = blocks.slice(start, start + DISCONNECTS_PER_TRANSACTION_MAX);
    publishPoints.pass('before-disconnect');
    const tail = await writer.append(leaving.map(disconnectEntry));
    publishPoints.pass('after-disconnect');
    branch.disconnected(leaving.length, tail.block);
    report.disconnected(leaving.length, tail);
  }
}

const disconnectEntry = ({ height, hash, previousHash }: BranchBlock): LogEntry => ({
  kind: 'disconnect',
  block: { height, hash, previousHash },
});
