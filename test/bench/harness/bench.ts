import type { RealParts } from '@virtualchain/local';

/** What one side of a row took for one round, and what it answered. */
export interface Measured {
  /** CPU time, user and system, of all processes of this side, in milliseconds. */
  readonly cpuMs: number;
  readonly wallMs: number;
  /** Both sides of a row answer the same, or the row does not count. */
  readonly answer: string;
}

/**
 * What a row is to reach:
 * - `speed`: the peer's CPU time is at least so many times ours.
 * - `time`: our CPU time is at most so many times the peer's.
 * - `amount`: what we measure is at most this, whatever the peer's.
 * - `wall-speed`, `wall-time`: as `speed` and `time`, of wall time, where waiting is what is measured.
 */
export type Target =
  | { readonly kind: 'speed' | 'wall-speed'; readonly atLeast: number }
  | { readonly kind: 'time' | 'wall-time'; readonly atMost: number }
  | { readonly kind: 'amount'; readonly atMost: number; readonly unit: string };

/** One row of the table. */
export interface Bench {
  /** As the command line names it; rows of several workloads share one. */
  readonly name: string;
  readonly workload: string;
  /** The peer and its version, or what bounds us. */
  readonly peer: string;
  readonly target: Target;
  /** What stands beside the row in BENCHMARKS.md: how it is measured, what limits it. */
  readonly note?: string;
  /** Rounds of each side, 7 unless given, and with `--quick`, 3 unless given. */
  readonly rounds?: number;
  readonly quickRounds?: number;
  /**
   * Makes everything ready; what is not measured happens here.
   *
   * @throws PeerMissing when the peer cannot be had: the row then counts as not met.
   */
  open(context: BenchContext): Promise<OpenBench>;
}

/** A row that is ready to be measured. */
export interface OpenBench extends AsyncDisposable {
  /** Does the work once. `round` counts from 0; round -1 warms up and is not counted. */
  ours(round: number): Promise<Measured>;
  /** The same by the peer; null where the target is an amount. */
  readonly peer: ((round: number) => Promise<Measured>) | null;
  /** For a target that is an amount: what it was, once all rounds are over. */
  amount?(): number;
  /** Figures that belong to the row without being its target, as `name: value unit`. */
  details?(): readonly string[];
}

export interface BenchContext {
  /** The run is to take about a minute in all: smaller workloads, fewer rounds. */
  readonly quick: boolean;
  /** Real Kafka and Postgres of this run, started when the first row asks for them. */
  parts(): Promise<RealParts<'kafka' | 'postgres'>>;
  /** CPU time that this part has used so far, in milliseconds: a side's share of it is the difference. */
  cpuMsOf(part: 'kafka' | 'postgres'): Promise<() => number>;
  /** Says what is going on, on standard error. */
  log(line: string): void;
}

/** A peer is not installed and cannot be. */
export class PeerMissing extends Error {
  override readonly name = 'PeerMissing';
  constructor(peer: string, why: string) {
    super(`${peer}: ${why}`);
  }
}
