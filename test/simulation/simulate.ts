import { createMemoryBroker } from '@virtualchain/operation-log';
import { createBranches } from './actors/branches.ts';
import { mineLastBlocks, startMiner } from './actors/miner.ts';
import { createOperator } from './actors/operator.ts';
import { startServices } from './actors/services.ts';
import { createSupervisor, type Supervisor } from './actors/supervisor.ts';
import { startTroubles } from './actors/troubles.ts';
import { waitForAgreement } from './checks/agreement.ts';
import type { Counted, Evidence } from './checks/evidence.ts';
import { crashUntilMinimum, watchMinimum } from './checks/minimum.ts';
import { collectEvidence, judge } from './checks/outcome.ts';
import type { FaultPlan } from './run/fault-plan.ts';
import { createRun, type Run } from './run/run.ts';
import type { Violation } from './run/violation.ts';
import { operationsIn } from './world/mined-block.ts';
import { type LogKeeper, memoryKeeper } from './world/shared-broker.ts';
import { createWorld, type World } from './world/world.ts';

/** Mining goes on until the minimum is reached, but no further than this. */
const BLOCKS_MAX = 900;
const FAULTS_MS_MAX = 4_000_000;

export interface RunOptions {
  readonly seed: number;
  /** Every step, as it happens. */
  readonly trace?: (line: string) => void;
  /** Sets parts of the fault plan instead of drawing them: for the named seeds. */
  readonly faultPlan?: Partial<FaultPlan>;
  /** Whether the trace is hashed: twice the same seed is the same run. True when absent. */
  readonly hashesTrace?: boolean;
  /** What keeps the log; a broker in memory when absent. */
  readonly keeper?: LogKeeper;
}

export interface RunResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly counts: Readonly<Record<string, number>>;
  /** SHA-256 of the whole trace, where it is hashed: equal for equal seeds. */
  readonly traceHash: string;
  readonly evidence: Evidence;
}

/**
 * Runs one seed from the first block to the verdict of the checker.
 *
 * The order in which the parts start is part of what a seed means: of two steps that are due at the same time the one
 * that goes first is drawn when they are scheduled.
 */
export async function simulate({ seed, trace, faultPlan, hashesTrace = true, keeper }: RunOptions): Promise<RunResult> {
  const keptBy = keeper ?? memoryKeeper(createMemoryBroker());
  const run = createRun({ seed, faultPlan, onLine: trace, hashesTrace, settled: keptBy.settled });
  const world = await createWorld(run, keptBy);
  const supervisor = createSupervisor(run);
  const services = startServices(run, world, supervisor);
  const branches = createBranches(run, world);
  const operator = createOperator(run, world, services);
  const holdsEnough = watchMinimum(run, { branches, operator, supervisor });
  startMiner(run, branches, services);
  startTroubles(run, { world, supervisor, services, branches, operator });
  operator.watchPoison();

  await runWithFaults(run, world, holdsEnough);
  endFaults(run, world, supervisor);
  mineLastBlocks(run, world, branches);
  await waitForAgreement(run, world, branches);

  run.journal.count('virtual seconds', Math.round(run.scheduler.now() / 1_000));
  run.journal.count('steps', run.scheduler.events);
  const evidence = await collectEvidence(run, world, branches);
  countTotals(run, world, judge(run, evidence));
  const { violations, counts } = run.journal;
  const traceHash = run.journal.close();
  supervisor.close();
  return { seed, violations, counts, traceHash, evidence };
}

async function runWithFaults({ scheduler, journal }: Run, { tree }: World, holdsEnough: () => boolean): Promise<void> {
  const isOver = (): boolean => holdsEnough() || tree.blocks.length > BLOCKS_MAX || journal.hasFailed;
  await scheduler.run(isOver, FAULTS_MS_MAX);
}

function endFaults(run: Run, { machines }: World, supervisor: Supervisor): void {
  crashUntilMinimum(run, supervisor);
  run.faults.end();
  machines.poison.isOn = false;
  run.journal.trace('the faults end');
}

function countTotals({ journal }: Run, { tree }: World, counted: Counted | null): void {
  journal.count('seeds');
  journal.count('blocks', tree.blocks.length - 1);
  journal.count('operations', operationsIn(tree.blocks));
  journal.count('reorgs', journal.counted('reorgs followed'));
  journal.count('writers', counted?.writers ?? 0);
}
