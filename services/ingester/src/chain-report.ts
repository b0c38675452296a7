import type { Height } from '@virtualchain/bitcoin';
import type { ExpectedError } from '@virtualchain/kernel';
import type { LogTail } from '@virtualchain/operation-log';
import { formatProgress, type Logger, type Metrics, progressMeter } from '@virtualchain/process';
import { PROGRESS_LINE_MS } from './limits.ts';

/** What a chain is doing, as `/status` says it. */
export type ChainState =
  | 'starting'
  | 'standby'
  | 'leader'
  | 'catching-up'
  | 'behind'
  | 'waiting'
  | 'halted'
  | 'stopped';

export interface ChainStatus {
  readonly chain: string;
  readonly topic: string;
  readonly state: ChainState;
  /** Why, where there is something to say: what is waited for, or what halted it. */
  readonly detail: string | null;
  /** Stable code of the failure that is retried or that halted it. */
  readonly code: string | null;
  readonly nodeHeight: number | null;
  readonly logHeight: number | null;
  readonly logHash: string | null;
  readonly epoch: number | null;
  readonly lagBlocks: number | null;
  readonly blocksPerSecond: number;
  readonly operationsPerSecond: number;
  readonly anchor: 'checkpoint' | 'trusted';
  /**
   * Outputs spent by operations, since this process started, whose amount and script are the node's word alone: it has
   * pruned the bytes that would prove them. All others were proven by the bytes of their transactions.
   */
  readonly unprovenOutputs: number;
}

/** Hears of everything that happens to one chain; tells logs, metrics and `/status`. */
export interface ChainReport {
  state(state: ChainState, detail?: string): void;
  leads(tail: LogTail): void;
  nodeTip(height: Height): void;
  connected(blocks: number, operations: number, tail: LogTail, unprovenOutputs: number): void;
  disconnected(blocks: number, tail: LogTail): void;
  retry(error: ExpectedError, waitMs: number): void;
  halted(error: ExpectedError): void;
  status(): ChainStatus;
}

/** The metrics of all chains, made once per process. */
export function chainMetrics(metrics: Metrics) {
  const labels = ['chain'] as const;
  return {
    blocks: metrics.counter({ name: 'ingester_blocks_total', help: 'blocks connected', labels }),
    operations: metrics.counter({ name: 'ingester_operations_total', help: 'operations published', labels }),
    unproven: metrics.counter({
      name: 'ingester_unproven_outputs_total',
      help: "outputs spent by operations whose amount is the node's word, since it pruned their transactions",
      labels,
    }),
    disconnects: metrics.counter({ name: 'ingester_disconnects_total', help: 'blocks disconnected', labels }),
    retries: metrics.counter({ name: 'ingester_retries_total', help: 'failures retried', labels: ['chain', 'code'] }),
    lag: metrics.gauge({ name: 'ingester_lag_blocks', help: 'blocks the log is behind the node', labels }),
    height: metrics.gauge({ name: 'ingester_log_height', help: 'height of the newest block of the log', labels }),
    epoch: metrics.gauge({ name: 'ingester_epoch', help: 'epoch of the newest writer of this process', labels }),
    leader: metrics.gauge({ name: 'ingester_leader', help: '1 while this process publishes', labels }),
  };
}

export function createChainReport({
  chain,
  topic,
  anchor,
  logger,
  metrics,
  now,
}: {
  readonly chain: string;
  readonly topic: string;
  readonly anchor: ChainStatus['anchor'];
  readonly logger: Logger;
  readonly metrics: ReturnType<typeof chainMetrics>;
  readonly now: () => number;
}): ChainReport {
  const meter = progressMeter({ startMs: now() });
  let state: ChainState = 'starting';
  let detail: string | null = null;
  let code: string | null = null;
  let nodeHeight: number | null = null;
  let unprovenOutputs = 0;
  let tail: LogTail | null = null;
  let lineAt = now();

  const logHeight = (): number | null => tail?.block?.height ?? null;
  const lag = (): number | null => {
    const height = logHeight();
    return nodeHeight === null || height === null ? null : Math.max(0, nodeHeight - height);
  };
  function enter(next: ChainState, why: string | null = null, failure: string | null = null): void {
    const changed = next !== state || why !== detail || failure !== code;
    [state, detail, code] = [next, why, failure];
    metrics.leader.set({ chain }, next === 'leader' || next === 'catching-up' || next === 'behind' ? 1 : 0);
    if (changed && failure === null)
      logger.info({ chain, state, ...(why !== null && { detail: why }) }, `${chain}: ${next}`);
  }
  function moved(newTail: LogTail): void {
    tail = newTail;
    metrics.height.set({ chain }, logHeight() ?? 0);
    metrics.lag.set({ chain }, lag() ?? 0);
  }

  return {
    state: (next, why) => enter(next, why ?? null),
    leads(newTail) {
      if (tail !== null && tail.log !== newTail.log)
        logger.warn(
          { chain, topic, log: newTail.log, before: tail.log },
          `${chain}: topic ${topic} is a new log, the one before is gone; it is published again from the first block, and each machine is put on it by: vchain attach <machine>`,
        );
      metrics.epoch.set({ chain }, newTail.epoch);
      moved(newTail);
      enter('leader');
      logger.info({ chain, topic, epoch: newTail.epoch, height: logHeight() }, `${chain}: writer opened`);
    },
    nodeTip(height) {
      nodeHeight = height;
      metrics.lag.set({ chain }, lag() ?? 0);
    },
    connected(blocks, operations, newTail, outputs) {
      unprovenOutputs += outputs;
      metrics.unproven.inc({ chain }, outputs);
      metrics.blocks.inc({ chain }, blocks);
      metrics.operations.inc({ chain }, operations);
      moved(newTail);
      meter.add({ blocks, operations }, now());
      if (state !== 'catching-up') {
        const { height, hash } = newTail.block ?? {};
        logger.info({ chain, height, hash, operations }, `${chain}: block ${height}`);
        return;
      }
      if (now() - lineAt < PROGRESS_LINE_MS) return;
      lineAt = now();
      meter.expect(meter.read(now()).blocks + (lag() ?? 0));
      const progress = meter.read(now());
      logger.info({ chain, height: logHeight(), ...progress }, `${chain}: ${formatProgress(progress)}`);
    },
    disconnected(blocks, newTail) {
      metrics.disconnects.inc({ chain }, blocks);
      moved(newTail);
      logger.info({ chain, blocks, height: logHeight() }, `${chain}: ${blocks} blocks left the best chain`);
    },
    retry(error, waitMs) {
      metrics.retries.inc({ chain, code: error.code });
      enter('waiting', error.message, error.code);
      logger.warn({ chain, code: error.code, waitMs }, `${chain}: ${error.message}`);
    },
    halted(error) {
      enter('halted', error.message, error.code);
      logger.error({ chain, code: error.code, err: error }, `${chain}: ${error.message}`);
    },
    status() {
      const { blocksPerSecond, operationsPerSecond } = meter.read(now());
      return {
        chain,
        topic,
        state,
        detail,
        code,
        nodeHeight,
        logHeight: logHeight(),
        logHash: tail?.block?.hash ?? null,
        epoch: tail?.epoch ?? null,
        lagBlocks: lag(),
        blocksPerSecond,
        operationsPerSecond,
        anchor,
        unprovenOutputs,
      };
    },
  };
}
