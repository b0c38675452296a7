import type { Random } from '../random.ts';

/** What may go wrong in one run, and how often. Each seed has its own: some faults are hidden by others. */
export interface FaultPlan {
  readonly firstBlock: number;
  readonly operationsPerBlock: number;
  readonly blockEveryMs: number;
  readonly pollMs: number;
  /** Probabilities for each step at a port. */
  readonly errors: Readonly<Record<'node' | 'log' | 'db', number>>;
  readonly crash: number;
  readonly slow: number;
  /** For each transaction of the log, each block, each COMMIT. */
  readonly doubles: number;
  readonly stale: number;
  readonly corrupts: number;
  readonly failsCommit: number;
  /** For each mining. */
  readonly fork: number;
  readonly deepFork: number;
  readonly invalidation: number;
  /** For each wake-up. */
  readonly dropsHint: number;
  readonly twoProjectors: boolean;
  readonly poison: boolean;
  readonly troubles: readonly Trouble[];
}

/** What happens to the whole from time to time: an operator's acts, kills and pauses, outages and losses. */
export const TROUBLES = [
  'kill-ingester',
  'kill-projector',
  'kill-subscriber',
  'stop-gently',
  'freeze',
  'node-outage',
  'log-outage',
  'db-outage',
  'node-behind',
  'node-restarted-empty',
  'leader-expelled',
  'tail-cut',
  'topic-recreated',
] as const;
export type Trouble = (typeof TROUBLES)[number];

/** Happen at most once in a run, and not in every one. */
const RARE: readonly Trouble[] = ['tail-cut', 'topic-recreated'];

export function drawFaultPlan(random: Random): FaultPlan {
  const sometimes = (probability: number, most: number): number =>
    random.chance(probability) ? most * random.next() ** 2 : 0;
  return {
    firstBlock: random.between(1, 5),
    operationsPerBlock: 2.7 + 0.6 * random.next(),
    blockEveryMs: random.pick([300, 800, 1_500]),
    pollMs: random.pick([200, 1_000, 3_000]),
    errors: { node: sometimes(0.7, 0.06), log: sometimes(0.7, 0.04), db: sometimes(0.7, 0.06) },
    crash: sometimes(0.8, 0.0015),
    slow: sometimes(0.6, 0.012),
    doubles: sometimes(0.5, 0.1),
    stale: random.chance(0.5) ? 1 : 0,
    corrupts: sometimes(0.3, 0.05),
    failsCommit: sometimes(0.6, 0.08),
    fork: 0.05 + 0.1 * random.next(),
    deepFork: random.chance(0.3) ? 0.01 : 0,
    invalidation: sometimes(0.6, 0.05),
    dropsHint: random.pick([0, 0.3, 1]),
    twoProjectors: random.chance(0.5),
    poison: random.chance(0.3),
    troubles: TROUBLES.filter((trouble) => random.chance(RARE.includes(trouble) ? 0.15 : 0.65)),
  };
}
