import { type Clock, createBackOff, isExpectedError, wallClock } from '@virtualchain/kernel';
import { MachineFaulted } from '@virtualchain/machine';
import type { Cursor, LogChange, OperationLog } from '@virtualchain/operation-log';
import type { BlockTraces } from '@virtualchain/process';
import { type Advanced, type Checkpoint, type Projection, upToStop } from '@virtualchain/projection';
import { projectorPoints } from './failpoints.ts';
import { recover, waitUntilResumed } from './fault.ts';
import { KNOWN_BLOCKS_MAX, RETRY } from './limits.ts';
import { portions } from './portions.ts';
import type { ProjectorEvents } from './projector-events.ts';

/** The log, the projection that it is folded into, and who hears how it goes. */
export interface ProjectOptions {
  readonly log: OperationLog;
  readonly topic: string;
  /** Opens the live build, whichever that is by then. */
  readonly open: () => Promise<Projection>;
  readonly signal: AbortSignal;
  readonly events: ProjectorEvents;
  /** Null, or absent, where nobody collects traces. */
  readonly traces?: BlockTraces | null;
  /** By what waits are waited out: the wall's clock when absent. */
  readonly clock?: Pick<Clock, 'sleep' | 'jitter'>;
}

/**
 * Runs one machine: reads the log from the checkpoint and advances the projection, until told to stop. The only place
 * that catches: what may pass is tried again, a forked log is rewound to the newest common block, anything else stands
 * as a fault in the checkpoint until it is resumed. A bug in our own code is not caught.
 */
export async function project(options: ProjectOptions): Promise<void> {
  const { signal, events, clock = wallClock } = options;
  const waits = createBackOff(RETRY, clock.jitter);
  while (!signal.aborted) {
    let projection: Projection | null = null;
    let standing: Checkpoint | undefined;
    try {
      projection = await options.open();
      await waitUntilResumed(projection, options);
      standing = await projection.checkpoint();
      events.opened(projection.schema, standing.cursor);
      await follow(projection, standing, options, (checkpoint) => {
        standing = checkpoint;
        waits.reset();
      });
    } catch (error) {
      if (signal.aborted) break;
      if (!isExpectedError(error)) throw error;
      if (error.remedy === 'retry') events.state('retrying', error);
      else if (projection === null) throw error;
      else await recover(projection, standing, error, options);
      // Also after a rewind: what it did not cure must not be asked for in a tight loop.
      await clock.sleep(waits.nextMs(), signal);
    } finally {
      await projection?.close();
    }
  }
  events.state('stopped', null);
}

/** Reads and advances until the signal or an error ends it. */
async function follow(
  projection: Projection,
  checkpoint: Checkpoint,
  options: ProjectOptions,
  onProgress: (checkpoint: Checkpoint) => void,
): Promise<void> {
  const { log, topic, signal, events, traces } = options;
  const group = `${topic}.${projection.machine.name}.${projection.schema.slice(projection.schema.lastIndexOf('_') + 1)}`;
  events.state('catching-up', null);
  const known = await knownBlocks(projection);
  for await (const batch of log.read(topic, { after: checkpoint.cursor, known, signal })) {
    projectorPoints.pass('after-read');
    for (const changes of portions(upToStop(projection.machine, batch.changes))) {
      const beganMs = traces?.now() ?? 0;
      await advanceUpToFault(projection, changes, (advanced) => {
        onProgress(advanced.checkpoint);
        events.advanced(advanced, advanced.checkpoint.cursor);
      });
      if (traces) noteFolded(traces, changes, beganMs);
    }
    const last = batch.changes.at(-1);
    projectorPoints.pass('before-hint');
    if (last !== undefined) await log.commitHint(topic, group, last.cursor.offset + 1n).catch(() => undefined);
    projectorPoints.pass('after-hint');
    events.state(batch.atEnd ? 'at-tip' : 'catching-up', null);
    if (signal.aborted) return;
  }
}

function noteFolded(traces: BlockTraces, changes: readonly LogChange[], beganMs: number): void {
  const endedMs = traces.now();
  for (const { kind, event } of changes) if (kind === 'connected') traces.step('fold', event, { beganMs, endedMs });
}

/** Folds a portion. Where the machine faults in the middle of it, what comes before the fault is folded all the same. */
async function advanceUpToFault(
  projection: Projection,
  changes: readonly LogChange[],
  onAdvanced: (advanced: Advanced) => void,
): Promise<void> {
  try {
    onAdvanced(await projection.advance(changes));
  } catch (error) {
    const before = error instanceof MachineFaulted ? changes.slice(0, Math.max(0, faultyChange(error, changes))) : [];
    if (before.length > 0) onAdvanced(await projection.advance(before));
    throw error;
  }
}

function faultyChange({ height, sequence }: MachineFaulted, changes: readonly LogChange[]): number {
  return changes.findIndex(
    ({ kind, event, cursor }) =>
      kind === 'connected' && event.height === height && (sequence === null || sequence <= cursor.sequence),
  );
}

async function knownBlocks(
  projection: Projection,
): Promise<{ fromSequence: number; toSequence: number; hash: Cursor['hash'] & string }[]> {
  const known = [];
  for await (const { firstSequence, cursor, hash } of projection.marks()) {
    known.push({ fromSequence: firstSequence, toSequence: cursor.sequence, hash });
    if (known.length === KNOWN_BLOCKS_MAX) break;
  }
  return known.reverse();
}
