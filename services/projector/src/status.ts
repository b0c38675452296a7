import type { ExpectedError } from '@virtualchain/kernel';
import type { Cursor, LogTail } from '@virtualchain/operation-log';
import { formatProgress, type Logger, type Metrics, type ProgressMeter, progressMeter } from '@virtualchain/process';
import type { ProjectorEvents, ProjectorState } from './project.ts';

export interface StatusOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly progressMs: number;
  readonly now: () => number;
  /** Which machine this is: in `/status`, and on every metric. */
  readonly identity: ProjectorIdentity;
  readonly topic: string;
  /** Where the log ends, when it is known. */
  readonly logEnd: () => LogTail | null;
}

export interface ProjectorIdentity {
  readonly service: 'projector';
  readonly network: string;
  readonly chain: string;
  readonly machine: string;
  /** Of the machine's rules. */
  readonly version: number;
}

/** What the projector shows of itself: log lines, metrics, and the answers of `/health`, `/ready` and `/status`. */
export interface ProjectorStatus extends ProjectorEvents {
  health(): { readonly ok: boolean; readonly detail: unknown };
  ready(): { readonly ok: boolean; readonly detail: unknown };
  status(): unknown;
}

export function projectorStatus(options: StatusOptions): ProjectorStatus {
  const { logger, metrics, progressMs, now, identity, topic, logEnd } = options;
  metrics.label({ ...identity, version: String(identity.version) });
  let state: ProjectorState = 'starting';
  let error: ExpectedError | null = null;
  let cursor: Cursor | null = null;
  let build: string | null = null;
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
  const verdicts = metrics.counter({
    name: 'projector_verdicts_total',
    help: 'operations folded, by verdict',
    labels: ['verdict'],
  });
  for (const verdict of ['accepted', 'rejected', 'ignored']) verdicts.inc({ verdict }, 0);
  metrics.gauge({ name: 'projector_height', help: 'newest folded block', read: () => cursor?.height ?? null });
  metrics.gauge({ name: 'projector_log_height', help: 'newest block of the log', read: () => logHeight() });
  metrics.gauge({
    name: 'projector_lag_blocks',
    help: 'blocks the machine is behind the log',
    read: () => lagBlocks(),
  });
  metrics.gauge({
    name: 'projector_faulted',
    help: '1 while the machine stands still at a fault',
    read: () => (state === 'faulted' ? 1 : 0),
  });
  metrics.gauge({
    name: 'projector_ready',
    help: '1 while the machine follows the log',
    read: () => (isReady() ? 1 : 0),
  });

  const logHeight = (): number | null => logEnd()?.block?.height ?? null;
  const isReady = (): boolean => state === 'at-tip' || state === 'catching-up';

  /** Null while it is not known where the machine or the log stands. A log without a block is nothing to be behind. */
  function lagBlocks(): number | null {
    const end = logEnd();
    if (build === null || end === null) return null;
    return end.block === null ? 0 : Math.max(0, end.block.height - (cursor?.height ?? end.block.height - 1));
  }

  function describe() {
    const summary = error === null ? null : { code: error.code, message: error.message };
    const end = logEnd();
    return {
      ...identity,
      build,
      state,
      height: cursor?.height ?? null,
      hash: cursor?.hash ?? null,
      sequence: cursor?.sequence ?? 0,
      lagBlocks: lagBlocks(),
      log: {
        topic,
        id: end?.log ?? cursor?.log ?? null,
        height: end?.block?.height ?? null,
        hash: end?.block?.hash ?? null,
        sequence: end?.sequence ?? null,
        epoch: end?.epoch ?? null,
      },
      error: summary,
    };
  }

  return {
    opened(schema, at) {
      const isNew = schema !== build || at?.hash !== cursor?.hash;
      build = schema;
      cursor = at;
      metrics.label({ build: schema });
      if (isNew) logger.info({ build, height: at?.height ?? null, hash: at?.hash ?? null }, 'standing');
    },
    state(next, cause) {
      if (next === 'retrying' && cause !== null) retries.inc({ code: cause.code });
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
      for (const [verdict, count] of Object.entries(work.verdicts)) verdicts.inc({ verdict }, count);
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
    // A fault waits for `vchain resume`: to start the process again would not help it.
    health: () => ({ ok: state !== 'stopped', detail: describe() }),
    ready: () => ({ ok: isReady(), detail: describe() }),
    status: describe,
  };
}
