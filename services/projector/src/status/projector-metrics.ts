import type { LogTail } from '@virtualchain/operation-log';
import type { Metrics } from '@virtualchain/process';
import type { Advanced } from '@virtualchain/projection';
import { isReady, lagBlocks, type Standing } from './standing.ts';

/** What counts the work of a projector. */
export function projectorCounters(metrics: Metrics) {
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
  return {
    retried(code: string): void {
      retries.inc({ code });
    },
    advanced(work: Omit<Advanced, 'checkpoint'>): void {
      blocks.inc(work.blocks);
      operations.inc(work.operations);
      disconnected.inc(work.disconnected);
      for (const [verdict, count] of Object.entries(work.verdicts)) verdicts.inc({ verdict }, count);
    },
  };
}

/** Shows where a machine stands, asked whenever somebody reads the metrics. */
export function watchStanding(metrics: Metrics, standing: Standing, logEnd: () => LogTail | null): void {
  metrics.gauge({
    name: 'projector_height',
    help: 'newest folded block',
    read: () => standing.cursor?.height ?? null,
  });
  metrics.gauge({
    name: 'projector_log_height',
    help: 'newest block of the log',
    read: () => logEnd()?.block?.height ?? null,
  });
  metrics.gauge({
    name: 'projector_lag_blocks',
    help: 'blocks the machine is behind the log',
    read: () => lagBlocks(standing, logEnd()),
  });
  metrics.gauge({
    name: 'projector_faulted',
    help: '1 while the machine stands still at a fault',
    read: () => (standing.state === 'faulted' ? 1 : 0),
  });
  metrics.gauge({
    name: 'projector_audit_height',
    help: 'newest block that the audit checked again in this round',
    read: () => standing.audit.height,
  });
  metrics.gauge({
    name: 'projector_audit_disagrees',
    help: '1 while what is stored does not agree with the rules, or with the log',
    read: () => (standing.audit.disagreement === null ? 0 : 1),
  });
  metrics.gauge({
    name: 'projector_pending_operations',
    help: 'operations in no block that are judged, where a node is asked for them',
    read: () => standing.pending?.operations ?? null,
  });
  metrics.gauge({
    name: 'projector_pending_left_out',
    help: 'operations in no block beyond those that are judged',
    read: () => standing.pending?.leftOut ?? null,
  });
  metrics.gauge({
    name: 'projector_ready',
    help: '1 while the machine follows the log',
    read: () => (isReady(standing) ? 1 : 0),
  });
}
