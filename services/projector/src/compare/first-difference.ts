import type { Seal, Seals } from '@virtualchain/projection';
import { PROBES_PER_QUESTION } from '../limits.ts';

/** Seals at some heights, ours or a peer's. */
export type AskSeals = (heights: readonly number[]) => Promise<Seals>;

/** The first block that both have and that another hash seals there. */
export interface PeerDifference {
  readonly height: number;
  readonly blockHash: string;
  /** What differs: the consensus hash, or only what it does not cover. */
  readonly what: 'consensus hash' | 'changes hash';
  readonly ours: string;
  readonly theirs: string;
}

/** The seals of one block, ours and the peer's. */
export interface SealPair {
  readonly ours: Seal;
  readonly theirs: Seal;
}

/** How the two seals of a block differ; null when they do not. */
export function differenceOf({ ours, theirs }: SealPair): PeerDifference | null {
  const place = { height: ours.height, blockHash: ours.hash };
  if (ours.consensusHash !== theirs.consensusHash)
    return { ...place, what: 'consensus hash', ours: ours.consensusHash, theirs: theirs.consensusHash };
  if (ours.changesHash !== theirs.changesHash)
    return { ...place, what: 'changes hash', ours: ours.changesHash, theirs: theirs.changesHash };
  return null;
}

export interface Search {
  readonly ours: AskSeals;
  readonly theirs: AskSeals;
  /** Below all blocks of the machine. */
  readonly below: number;
  /** A block that differs. */
  readonly found: PeerDifference;
  /** Where the first difference was when somebody looked before: asked first. */
  readonly known: number | null;
}

/**
 * The lowest block whose seals differ. Both hashes are chains: what differs once differs in every later block, so that some heights
 * spread over what is left tell between which two it began. Null when one of the two has another branch meanwhile.
 */
export async function firstDifference({ ours, theirs, below, found, known }: Search): Promise<PeerDifference | null> {
  let [agreed, first] = [below, found];
  let asked = known === null ? [] : [known - 1, known].filter((height) => height > agreed && height < first.height);
  for (;;) {
    if (asked.length === 0) asked = spread(agreed, first.height);
    if (asked.length === 0) return first;
    const [left, right] = [await ours(asked), await theirs(asked)];
    for (const [index, height] of asked.entries()) {
      const pair = { ours: left.seals[index] ?? null, theirs: right.seals[index] ?? null };
      if (pair.ours === null || (pair.theirs !== null && pair.theirs.hash !== pair.ours.hash)) return null;
      const difference = pair.theirs === null ? null : differenceOf(pair as SealPair); // a peer need not keep old blocks
      if (difference !== null) {
        first = difference;
        break;
      }
      agreed = height;
    }
    asked = [];
  }
}

/** Heights between two, spread evenly: all of them where they are few. */
function spread(below: number, above: number): number[] {
  const between = above - below - 1;
  const count = Math.min(between, PROBES_PER_QUESTION);
  return Array.from({ length: count }, (_, index) => below + Math.ceil(((index + 1) * between) / count));
}
