import type { Run } from '../run/run.ts';
import { ancestorOf, type MinedBlock } from '../world/mined-block.ts';
import type { World } from '../world/world.ts';

/** The branches of the network: which is the best, and how they grow, fork and become invalid. */
export interface Branches {
  /** The block with the most work whose branch is valid. */
  readonly best: MinedBlock;
  isInvalid(block: MinedBlock): boolean;
  /** Mines so many blocks on that one. Answers with the last. */
  grow(from: MinedBlock, blocks: number): MinedBlock;
  /** Leaves the best branch so many blocks below its tip, in one of several ways. */
  fork(depth: number): void;
  /** The network calls the newest blocks of the best branch invalid. */
  invalidate(depth: number): void;
}

export function createBranches(run: Run, world: World): Branches {
  const { scheduler, random, minerRandom, journal } = run;
  const { tree, nodes } = world;
  const invalid = new Set<MinedBlock>();
  let best = tree.genesis;

  function isInvalid(block: MinedBlock): boolean {
    for (let at: MinedBlock | null = block; at !== null; at = at.parent) if (invalid.has(at)) return true;
    return false;
  }

  function grow(from: MinedBlock, blocks: number): MinedBlock {
    let tip = from;
    for (let mined = 0; mined < blocks; mined += 1) {
      tip = tree.mine(tip, scheduler.now(), minerRandom.chance(0.05) ? { without: 'operations' } : {});
      for (const node of nodes) node.receive(tip, random.around(40));
    }
    if (tip.work > best.work && !isInvalid(tip)) best = tip;
    return tip;
  }

  function invalidate(depth: number): void {
    const block = ancestorOf(best, depth - 1);
    if (block.parent === null) return;
    journal.count('invalidations');
    journal.trace(`the network calls ${block.height} ${block.hash.slice(0, 12)} invalid`);
    invalid.add(block);
    for (const node of nodes) scheduler.after(random.around(100), () => node.invalidate(block));
    best = tree.blocks.reduce((most, each) => (each.work > most.work && !isInvalid(each) ? each : most), tree.genesis);
  }

  return {
    get best() {
      return best;
    },
    isInvalid,
    grow,
    fork: (depth) => forkAt(run, best, depth, grow),
    invalidate,
  };
}

function forkAt(run: Run, old: MinedBlock, depth: number, grow: Branches['grow']): void {
  const { scheduler, minerRandom: random, journal } = run;
  const kind = random.pick(['longer', 'longer', 'equal', 'a-b-a', 'shorter']);
  const from = ancestorOf(old, depth);
  const length = old.height - from.height;
  journal.count(`forks: ${kind}`);
  journal.trace(`the miner forks ${length} deep: ${kind}`);
  if (kind === 'longer') grow(from, length + random.between(1, 2));
  else if (kind === 'equal') {
    const other = grow(from, length);
    scheduler.after(random.around(2_000), () => grow(random.chance(0.5) ? other : old, 1));
  } else if (kind === 'shorter') grow(from, Math.max(1, length - 1));
  else {
    grow(from, length + 1);
    scheduler.after(random.pick([0, 300, 3_000]) * random.next(), () => grow(old, 2));
  }
}
