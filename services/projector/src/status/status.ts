import type { ExpectedError } from '@virtualchain/kernel';
import type { Cursor, LogTail } from '@virtualchain/operation-log';
import type { Logger, Metrics } from '@virtualchain/process';
import type { Disagreement } from '@virtualchain/projection';
import { AuditDisagrees, type AuditEvents } from '../audit.ts';
import type { CompareEvents } from '../compare/watch-peer.ts';
import type { PendingEvents } from '../pending/observe.ts';
import type { ProjectorEvents, ProjectorState } from '../projector-events.ts';
import { peerLines } from './peer-lines.ts';
import { pendingLines } from './pending-lines.ts';
import { type ProgressOptions, progressLines } from './progress-lines.ts';
import { projectorCounters, watchStanding } from './projector-metrics.ts';
import { describe, isReady, nothingAudited, type ProjectorIdentity, type Standing } from './standing.ts';

export interface StatusOptions extends ProgressOptions {
  readonly metrics: Metrics;
  /** Which machine this is: in `/status`, and on every metric. */
  readonly identity: ProjectorIdentity;
  readonly topic: string;
  /** Where the log ends, when it is known. */
  readonly logEnd: () => LogTail | null;
  /** The command that finds what makes a difference between us and a peer. */
  readonly findDifference?: string;
}

/** What the projector shows of itself: log lines, metrics, and the answers of `/health`, `/ready` and `/status`. */
export interface ProjectorStatus extends ProjectorEvents, AuditEvents, CompareEvents, PendingEvents {
  health(): { readonly ok: boolean; readonly detail: unknown };
  ready(): { readonly ok: boolean; readonly detail: unknown };
  status(): unknown;
}

export function projectorStatus(options: StatusOptions): ProjectorStatus {
  const { logger, metrics, identity, topic, logEnd, findDifference = 'vchain diverge' } = options;
  metrics.label({ ...identity, version: String(identity.version) });
  const peers = peerLines({ logger, metrics, findDifference });
  const standing: Standing = {
    ...{ state: 'starting', error: null, cursor: null, build: null },
    ...{ audit: nothingAudited(), pending: null, peers: () => peers.standings },
  };
  const counters = projectorCounters(metrics);
  const pending = pendingLines(logger, standing);
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
    audited(build, { height, disagreements }) {
      const { audit } = standing;
      const [found = null] = disagreements;
      if (found !== null && !isSame(found, audit.disagreement)) {
        const { code, message } = new AuditDisagrees(identity.machine, build, found);
        logger.error({ code, reason: message, build, height: found.height }, 'the audit found what disagrees');
      }
      if (found === null && audit.disagreement !== null)
        logger.info({ build, height: audit.disagreement.height }, 'what the audit had found agrees now');
      Object.assign(audit, { build, height, disagreement: found });
    },
    auditedAll(build) {
      const { audit } = standing;
      audit.rounds += 1;
      logger.info({ build, height: audit.height, rounds: audit.rounds }, 'every block was checked again, and agrees');
    },
    auditWaits: (error) => logger.warn({ code: error.code, reason: error.message }, 'the audit waits'),
    ...pending,
    peer: peers.told,
    // A fault waits for `vchain resume`: to start the process again would not help it.
    // What the audit found, or a peer has otherwise, is a matter for people as well, who look here first.
    health: () => ({
      ok: standing.state !== 'stopped' && standing.audit.disagreement === null && !peers.disagree,
      detail: detail(),
    }),
    ready: () => ({ ok: isReady(standing), detail: detail() }),
    status: detail,
  };
}

function isSame(a: Disagreement, b: Disagreement | null): boolean {
  return a.height === b?.height && a.what === b.what;
}

function logState(logger: Logger, next: ProjectorState, cause: ExpectedError | null, cursor: Cursor | null): void {
  const level = next === 'faulted' ? 'error' : next === 'retrying' ? 'warn' : 'info';
  const reason = cause === null ? {} : { code: cause.code, reason: cause.message };
  logger[level]({ state: next, height: cursor?.height ?? null, ...reason }, next);
}

function placeOf(at: Cursor | null) {
  return { height: at?.height ?? null, hash: at?.hash ?? null };
}
