import type { ExpectedError } from '@virtualchain/kernel';
import type { Cursor, LogTail } from '@virtualchain/operation-log';
import type { Logger, Metrics } from '@virtualchain/process';
import { type ProgressOptions, progressLines } from './progress-lines.ts';
import type { ProjectorEvents, ProjectorState } from './projector-events.ts';
import { projectorCounters, watchStanding } from './projector-metrics.ts';
import { describe, isReady, type ProjectorIdentity, type Standing } from './standing.ts';

export interface StatusOptions extends ProgressOptions {
  readonly metrics: Metrics;
  /** Which machine this is: in `/status`, and on every metric. */
  readonly identity: ProjectorIdentity;
  readonly topic: string;
  /** Where the log ends, when it is known. */
  readonly logEnd: () => LogTail | null;
}

/** What the projector shows of itself: log lines, metrics, and the answers of `/health`, `/ready` and `/status`. */
export interface ProjectorStatus extends ProjectorEvents {
  health(): { readonly ok: boolean; readonly detail: unknown };
  ready(): { readonly ok: boolean; readonly detail: unknown };
  status(): unknown;
}

export function projectorStatus(options: StatusOptions): ProjectorStatus {
  const { logger, metrics, identity, topic, logEnd } = options;
  metrics.label({ ...identity, version: String(identity.version) });
  const standing: Standing = { state: 'starting', error: null, cursor: null, build: null };
  const counters = projectorCounters(metrics);
  const progress = progressLines(options);
  watchStanding(metrics, standing, logEnd);
  const detail = () => describe(standing, identity, topic, logEnd());
  return {
    opened(schema, at) {
      const isNew = schema !== standing.build || at?.hash !== standing.cursor?.hash;
      standing.build = schema;
      standing.cursor = at;
      metrics.label({ build: schema });
      if (isNew) logger.info({ build: schema, ...placeOf(at) }, 'standing');
    },
    state(next, cause) {
      if (next === 'retrying' && cause !== null) counters.retried(cause.code);
      if (next !== standing.state || cause !== null) logState(logger, next, cause, standing.cursor);
      if (next === 'catching-up' && standing.state !== 'catching-up') progress.restart();
      standing.state = next;
      standing.error = cause;
    },
    advanced(work, at) {
      standing.cursor = at;
      counters.advanced(work);
      if (work.disconnected > 0) logger.info({ disconnected: work.disconnected, ...placeOf(at) }, 'rolled back');
      progress.add(work, at?.height ?? null, logEnd()?.block?.height ?? null);
    },
    // A fault waits for `vchain resume`: to start the process again would not help it.
    health: () => ({ ok: standing.state !== 'stopped', detail: detail() }),
    ready: () => ({ ok: isReady(standing), detail: detail() }),
    status: detail,
  };
}

function logState(logger: Logger, next: ProjectorState, cause: ExpectedError | null, cursor: Cursor | null): void {
  const level = next === 'faulted' ? 'error' : next === 'retrying' ? 'warn' : 'info';
  const reason = cause === null ? {} : { code: cause.code, reason: cause.message };
  logger[level]({ state: next, height: cursor?.height ?? null, ...reason }, next);
}

function placeOf(at: Cursor | null) {
  return { height: at?.height ?? null, hash: at?.hash ?? null };
}
