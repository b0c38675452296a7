import type { Run } from '../run/run.ts';
import type { World } from '../world/world.ts';
import type { Branches } from './branches.ts';
import type { Services } from './services.ts';

/** The miner waits for a log that is so far behind: a run is about what is published, not about what is not. */
const BLOCKS_AHEAD_MAX = 15;
/** From here on there are more forks than new heights. */
export const BLOCKS_AIM = 215;

/** Mines until the faults end: mostly on the best branch, sometimes beside it. */
export function startMiner(run: Run, branches: Branches, services: Services): void {
  const { scheduler, plan, faults, minerRandom: random } = run;
  function mineOn(): void {
    if (!faults.areOn) return;
    if (branches.best.height > services.loggedHeight + BLOCKS_AHEAD_MAX) {
      scheduler.after(500, mineOn);
      return;
    }
    mineNext(run, branches, services.loggedHeight);
    scheduler.after(random.chance(0.05) ? random.between(0, 20_000) : random.around(plan.blockEveryMs), mineOn);
  }
  scheduler.after(0, mineOn);
}

function mineNext({ plan, minerRandom: random }: Run, branches: Branches, loggedHeight: number): void {
  const { best, grow, fork, invalidate } = branches;
  const chance = best.height >= BLOCKS_AIM && random.chance(0.5) ? 0 : random.next();
  const isFollowed = loggedHeight >= best.height - 2 || random.chance(0.2);
  if (best.height < 2 || !isFollowed || chance > plan.fork + plan.invalidation)
    grow(best, random.chance(0.1) ? random.between(2, 8) : 1);
  else if (chance < plan.fork) fork(random.chance(plan.deepFork) ? random.between(20, 45) : random.between(1, 7));
  else invalidate(random.between(1, 3));
}

/** The faults have ended: every node gets every block, and some last ones; in some runs the newest becomes invalid. */
export function mineLastBlocks({ scheduler, minerRandom: random }: Run, { nodes }: World, branches: Branches): void {
  for (const node of nodes) node.catchUp();
  const retreats = random.chance(0.3);
  branches.grow(branches.best, retreats ? 4 : 2);
  for (const node of nodes) node.catchUp();
  if (retreats) scheduler.after(random.between(0, 8_000), () => branches.invalidate(1));
}
