import type { Branches } from '../actors/branches.ts';
import { BLOCKS_AIM } from '../actors/miner.ts';
import type { Operator } from '../actors/operator.ts';
import type { Supervisor } from '../actors/supervisor.ts';
import type { Run } from '../run/run.ts';
import { branchTo, operationsIn } from '../world/mined-block.ts';
import type { Counted } from './evidence.ts';

/** What every run must hold at least. */
export const MINIMUM = { blocks: 200, operations: 500, reorgs: 5, crashes: 3 } as const;

export interface Watched {
  readonly branches: Branches;
  readonly operator: Operator;
  readonly supervisor: Supervisor;
}

/** Whether the run holds enough, with some room: the last blocks may yet leave. Kills where there were no crashes. */
export function watchMinimum(run: Run, watched: Watched): () => boolean {
  const { scheduler } = run;
  let isReached = false;
  function look(): void {
    isReached = holdsEnough(run, watched);
    if (watched.branches.best.height >= BLOCKS_AIM && !hasCrashes(run)) watched.supervisor.kill(/./);
    if (!isReached) scheduler.after(500, look);
  }
  scheduler.after(500, look);
  return () => isReached;
}

const hasCrashes = ({ journal }: Run): boolean => journal.counted('crashes') >= MINIMUM.crashes;

function holdsEnough(run: Run, { branches: { best }, operator }: Watched): boolean {
  const { plan, journal } = run;
  if (best.height - plan.firstBlock + 1 < MINIMUM.blocks + 5) return false;
  if (journal.counted('reorgs followed') < MINIMUM.reorgs + 2) return false;
  if (!hasCrashes(run) || operator.isBusy) return false;
  return operationsIn(branchTo(best)) > MINIMUM.operations * 1.1;
}

/** Kills until there were enough crashes. */
export function crashUntilMinimum(run: Run, supervisor: Supervisor): void {
  while (!hasCrashes(run)) supervisor.kill(/./);
}

export function checkMinimum({ journal }: Run, { operations, reorgs }: Counted, blocks: number): void {
  const totals = { blocks, operations, reorgs, crashes: journal.counted('crashes') };
  for (const [what, least] of Object.entries(MINIMUM)) {
    const had = totals[what as keyof typeof totals];
    // A log that was created again has its newer history only; what happened before was counted then.
    if (had < least && !(what === 'reorgs' && journal.counted('reorgs followed') >= least))
      journal.fail('the run', `only ${had} ${what}, ${least} are wanted`);
  }
}
