import { MEDIAN_BLOCKS } from '../limits.ts';
import type { KnownBlock } from './block-tree.ts';

/** The median of the times of the eleven blocks that end at this one, in Unix seconds (BIP113). */
export function medianTimeOf(known: KnownBlock): number {
  const times: number[] = [];
  for (let each: KnownBlock | null = known; each !== null && times.length < MEDIAN_BLOCKS; each = each.previous)
    times.push(each.block.header.time);
  times.sort((left, right) => left - right);
  return times[times.length >> 1] as number;
}
