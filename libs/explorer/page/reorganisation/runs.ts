import type { Retracted } from '../data/live.ts';

/** Blocks that were taken back together, by the lowest of them. */
export interface Run {
  readonly lowest: Retracted;
  readonly highest: Retracted;
  readonly depth: number;
}

/** Retractions as the feed tells of them, newest block first each time, in runs; the newest run comes first. */
export function runsOf(retracted: readonly Retracted[]): readonly Run[] {
  const runs: Run[] = [];
  for (const block of retracted) {
    const last = runs.at(-1);
    if (last !== undefined && block.height === last.lowest.height - 1)
      runs[runs.length - 1] = { ...last, lowest: block, depth: last.depth + 1 };
    else runs.push({ lowest: block, highest: block, depth: 1 });
  }
  return runs.reverse();
}
