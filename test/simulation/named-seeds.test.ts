import { hash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { usePlatformSha256 } from '@virtualchain/bitcoin';
import type { FaultPlan } from './run/fault-plan.ts';
import { simulate } from './simulate.ts';

usePlatformSha256((bytes) => hash('sha256', bytes, 'buffer'));

/**
 * Seeds that failed once, named after the danger they showed. Each danger also has a test of its own beside the code
 * that was corrected, since a seed is another run as soon as the simulation draws one more number.
 */
const FAILED_ONCE: readonly (readonly [danger: string, seed: number])[] = [
  ['spoilt-block-is-kept: a block with a wrong byte stayed in the cache and was refused for ever', 1],
  ['refilling-node: blocks below an invalid branch counted as invalid while the node filled itself again', 121],
  ['failover-in-mid-step: one node named the fork, another the work above it', 91],
  ['tail-cut-under-a-living-writer: it wrote on above the gap, and every reader stopped', 82],
  ['log-regrown-past-the-reader: the cut was overgrown before the reader looked again', 100],
  ['cut-in-mid-repetition: the last record of the log was a repeated one, and not its tail', 205],
  ['branch-over-a-cut-log: the writer knew blocks that the log had lost', 599],
  ['stale-run-before-a-writer: a replaced writer left more behind than one step back reads', 259],
  ['fault-of-yesterday: a frozen projector put its old fault on a projection that had been attached since', 208],
  ['replaced-after-its-commit: a writer took the tail of its successor for its own', 689],
  ['tail-lost-after-a-commit: a writer took the tail below a cut for what it had just written', 1427],
  ['topic-created-again-while-it-is-read: an ingester took the end of the old log for a gap, and halted', 284],
  ['marker-lost-behind-the-reader: a record in the place of a lost marker was passed by, and taken for a gap', 552],
  ['disconnect-then-poison: a batch that faults after a reorganisation is taken back whole', 304],
];

test.each(FAILED_ONCE)(
  '%s (seed %d)',
  async (_danger, seed) => {
    const { violations } = await simulate({ seed });
    expect(violations).toEqual([]);
  },
  60_000,
);

/** Faults that a drawn plan has seldom: one fault alone, as often as can be. */
const EXTREMES: readonly (readonly [danger: string, faultPlan: Partial<FaultPlan>])[] = [
  ['crash-everywhere: a process dies at every two-hundredth step', { crash: 0.005 }],
  ['no-wake-ups: the poll alone, and a slow one', { dropsHint: 1, pollMs: 3_000 }],
  ['reorg-storm: every third block forks, some of them forty deep', { fork: 0.3, deepFork: 0.1, invalidation: 0.1 }],
  [
    'every-commit-in-doubt: COMMIT fails or its reply is lost, one time in four',
    { failsCommit: 0.15, errors: { node: 0, log: 0, db: 0.15 } },
  ],
  ['every-batch-twice: each second batch of the log is repeated', { doubles: 0.5 }],
  [
    'stale-epoch: whatever a fenced writer had in flight is committed all the same',
    { stale: 1, troubles: ['freeze', 'leader-expelled'] },
  ],
  ['tail-cut: and nothing else', { troubles: ['tail-cut'], errors: { node: 0, log: 0, db: 0 }, crash: 0 }],
  [
    'topic-recreated: and nothing else',
    { troubles: ['topic-recreated'], errors: { node: 0, log: 0, db: 0 }, crash: 0 },
  ],
  [
    'node-troubles: behind, out, restarted empty, one after another',
    { troubles: ['node-behind', 'node-outage', 'node-restarted-empty'] },
  ],
  ['poison: one machine throws, the others go on', { poison: true }],
  ['two-projectors: one machine, twice, with freezes', { twoProjectors: true, troubles: ['freeze', 'kill-projector'] }],
];

test.each(EXTREMES)(
  '%s',
  async (_danger, faultPlan) => {
    for (const seed of [10_001, 10_002, 10_003]) {
      const { violations } = await simulate({ seed, faultPlan });
      expect({ seed, violations }).toEqual({ seed, violations: [] });
    }
  },
  120_000,
);
