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

/** How one chain stands, as `/status` tells it. */
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

/** Is told of everything that happens to one chain; tells logs, metrics and `/status`. */
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

export interface ChainReportOptions {
  readonly chain: string;
  readonly topic: string;
  readonly anchor: ChainStatus['anchor'];
  readonly logger: Logger;
  readonly metrics: ReturnType<typeof chainMetrics>;
  readonly now: () => number;
}

/** What is known of the chain, as `/status` says it, and in the metrics that say the same. */
function createStanding({ chain, topic, anchor, logger, metrics, now }: ChainReportOptions) {
  const meter = progressMeter({ startMs: now() });
  let state: ChainState = 'starting';
  let detail: string | null = null;
  let code: string | null = null;
  let nodeHeight: number | null = null;
  let unprovenOutputs = 0;
  let tail: LogTail | null = null;

  const logHeight = (): number | null => tail?.block?.height ?? null;
  const lagBlocks = (): number | null => {
    const height = logHeight();
    return nodeHeight === null || height === null ? null : Math.max(0, nodeHeight - height);
  };
  return {
    meter,
    logHeight,
    lagBlocks,
    state: () => state,
    log: () => tail?.log ?? null,
    enter(next: ChainState, why: string | null = null, failure: string | null = null): void {
      const changed = next !== state || why !== detail || failure !== code;
      [state, detail, code] = [next, why, failure];
      metrics.leader.set({ chain }, next === 'leader' || next === 'catching-up' || next === 'behind' ? 1 : 0);
      if (changed && failure === null)
        logger.info({ chain, state, ...(why !== null && { detail: why }) }, `${chain}: ${next}`);
    },
    moveTo(newTail: LogTail): void {
      tail = newTail;
      metrics.height.set({ chain }, logHeight() ?? 0);
      metrics.lag.set({ chain }, lagBlocks() ?? 0);
    },
    nodeTip(height: Height): void {
      nodeHeight = height;
      metrics.lag.set({ chain }, lagBlocks() ?? 0);
    },
    addUnproven(outputs: number): void {
      unprovenOutputs += outputs;
      metrics.unproven.inc({ chain }, outputs);
    },
    status(): ChainStatus {
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
        lagBlocks: lagBlocks(),
        blocksPerSecond,
        operationsPerSecond,
        anchor,
        unprovenOutputs,
      };
    },
  };
}

/** Tells of one chain: log lines, metrics, and its part of `/status`. */
export function createChainReport(options: ChainReportOptions): ChainReport {
  const { chain, topic, logger, metrics, now } = options;
  const standing = createStanding(options);
  const { meter, logHeight, enter, moveTo } = standing;
  let lineAt = now();

  /** One line a block at the tip, and one every few seconds while catching up. */
  function tellOfBlocks(operations: number, { block }: LogTail): void {
    if (standing.state() !== 'catching-up') {
      const { height, hash } = block ?? {};
      logger.info({ chain, height, hash, operations }, `${chain}: block ${height}`);
      return;
    }
    if (now() - lineAt < PROGRESS_LINE_MS) return;
    lineAt = now();
    meter.expect(meter.read(now()).blocks + (standing.lagBlocks() ?? 0));
    const progress = meter.read(now());
    logger.info({ chain, height: logHeight(), ...progress }, `${chain}: ${formatProgress(progress)}`);
  }

  return {
    state: (next, why) => enter(next, why ?? null),
    leads(tail) {
      const before = standing.log();
      if (before !== null && before !== tail.log)
        logger.warn(
          { chain, topic, log: tail.log, before },
          `${chain}: topic ${topic} is a new log, the one before is gone; it is published again from the first block, and each machine is put on it by: vchain attach <machine>`,
        );
      metrics.epoch.set({ chain }, tail.epoch);
      moveTo(tail);
      enter('leader');
      logger.info({ chain, topic, epoch: tail.epoch, height: logHeight() }, `${chain}: writer opened`);
    },
    nodeTip: standing.nodeTip,
    connected(blocks, operations, tail, unprovenOutputs) {
      standing.addUnproven(unprovenOutputs);
      metrics.blocks.inc({ chain }, blocks);
      metrics.operations.inc({ chain }, operations);
      moveTo(tail);
      meter.add({ blocks, operations }, now());
      tellOfBlocks(operations, tail);
    },
    disconnected(blocks, tail) {
      metrics.disconnects.inc({ chain }, blocks);
      moveTo(tail);
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
    status: standing.status,
  };
}
