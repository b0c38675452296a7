import type { ExpectedError } from '@virtualchain/bitcoin';
import type { Cursor } from '@virtualchain/operation-log';
import { formatProgress, type Logger, type Metrics, type ProgressMeter, progressMeter } from '@virtualchain/process';
import type { ProjectorEvents, ProjectorState } from './project.ts';

export interface StatusOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly progressMs: number;
  readonly now: () => number;
  /** Height of the newest block of the log, when it is known. */
  readonly logHeight: () => number | null;
}

/** What the projector shows of itself: log lines, metrics, and the answers of `/health`, `/ready` and `/status`. */
export interface ProjectorStatus extends ProjectorEvents {
  health(): { readonly ok: boolean; readonly detail: unknown };
  ready(): { readonly ok: boolean; readonly detail: unknown };
  status(): unknown;
}

export function projectorStatus({ logger, metrics, progressMs, now, logHeight }: StatusOptions): ProjectorStatus {
  let state: ProjectorState = 'starting';
  let error: ExpectedError | null = null;
  let cursor: Cursor | null = null;
  let meter: ProgressMeter = progressMeter({ startMs: now() });
  let toldAt = now();
  const blocks = metrics.counter({ name: 'projector_blocks_total', help: 'blocks folded' });
  const operations = metrics.counter({ name: 'projector_operations_total', help: 'operations folded' });
  const disconnected = metrics.counter({ name: 'projector_disconnected_blocks_total', help: 'blocks rolled back' });
  const retries = metrics.counter({
    name: 'projector_retries_total',
    help: 'failures that were tried again',
    labels: ['code'],
  });
  const height = metrics.gauge({ name: 'projector_height', help: 'newest folded block' });
  const faulted = metrics.gauge({ name: 'projector_faulted', help: '1 while the machine stands still at a fault' });

  function describe() {
    const summary = error === null ? null : { code: error.code, message: error.message };
    return {
      state,
      height: cursor?.height ?? null,
      hash: cursor?.hash ?? null,
      sequence: cursor?.sequence ?? 0,
      error: summary,
    };
  }

  return {
    state(next, cause) {
      if (next === 'retrying' && cause !== null) retries.inc({ code: cause.code });
      faulted.set(next === 'faulted' ? 1 : 0);
      if (next !== state || cause !== null) {
        const level = next === 'faulted' ? 'error' : next === 'retrying' ? 'warn' : 'info';
        logger[level](
          {
            state: next,
            height: cursor?.height ?? null,
            ...(cause === null ? {} : { code: cause.code, reason: cause.message }),
          },
          next,
        );
      }
      if (next === 'catching-up' && state !== 'catching-up') meter = progressMeter({ startMs: now() });
      state = next;
      error = cause;
    },
    advanced(work, at) {
      cursor = at;
      blocks.inc(work.blocks);
      operations.inc(work.operations);
      disconnected.inc(work.disconnected);
      if (at?.height !== null && at?.height !== undefined) height.set(at.height);
      meter.add({ blocks: work.blocks, operations: work.operations }, now());
      if (work.disconnected > 0)
        logger.info(
          { disconnected: work.disconnected, height: at?.height ?? null, hash: at?.hash ?? null },
          'rolled back',
        );
      if (now() - toldAt < progressMs) return;
      toldAt = now();
      const top = logHeight();
      const progress = meter.read(now());
      if (top !== null && at?.height !== null && at?.height !== undefined)
        meter.expect(progress.blocks + Math.max(0, top - at.height));
      logger.info({ height: at?.height ?? null, logHeight: top }, formatProgress(meter.read(now())));
    },
    health: () => ({ ok: state !== 'faulted', detail: describe() }),
    ready: () => ({ ok: state === 'at-tip' || state === 'catching-up', detail: describe() }),
    status: describe,
  };
}
