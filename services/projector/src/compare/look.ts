import {
  type AskSeals,
  differenceOf,
  firstDifference,
  type PeerDifference,
  type SealPair,
} from './first-difference.ts';

/** How our build and a peer's stand to each other. */
export type Look =
  /** All blocks up to this height are sealed alike. */
  | { readonly kind: 'agrees'; readonly height: number }
  | { readonly kind: 'disagrees'; readonly difference: PeerDifference }
  /** No block to compare: one has none yet, or the two are on different branches. */
  | { readonly kind: 'apart' };

export interface LookOptions {
  readonly ours: AskSeals;
  readonly theirs: AskSeals;
  /** Of the machine. */
  readonly firstBlock: number;
  /** What was found before, and may stand yet. */
  readonly known: PeerDifference | null;
}

/**
 * Compares at the newest block that both have. Different blocks at one height are a reorganisation that one of the two has not
 * seen yet, and no difference.
 */
export async function lookAtPeer({ ours, theirs, firstBlock, known }: LookOptions): Promise<Look> {
  const newest = await newestCommon(ours, theirs, firstBlock);
  if (newest === null) return { kind: 'apart' };
  const found = differenceOf(newest);
  if (found === null) return { kind: 'agrees', height: newest.ours.height };
  const search = { ours, theirs, below: firstBlock - 1, found, known: known?.height ?? null };
  const difference = await firstDifference(search);
  return difference === null ? { kind: 'apart' } : { kind: 'disagrees', difference };
}

/** The newest block that both have, or one near it where they are on branches that parted long ago. */
async function newestCommon(ours: AskSeals, theirs: AskSeals, firstBlock: number): Promise<SealPair | null> {
  const [{ tip: left }, { tip: right }] = [await ours([]), await theirs([])];
  if (left === null || right === null) return null;
  const heights = ladder(Math.min(left.height, right.height), firstBlock);
  if (heights.length === 0) return null;
  const [{ seals: mine }, { seals: others }] = [await ours(heights), await theirs(heights)];
  for (const [index, own] of mine.entries()) {
    const other = others[index] ?? null;
    if (own !== null && other !== null && own.hash === other.hash) return { ours: own, theirs: other };
  }
  return null;
}

/** A height, and others below it in steps that double. */
function ladder(top: number, lowest: number): number[] {
  const heights: number[] = [];
  for (let [height, step] = [top, 1]; height >= lowest; height -= step, step *= 2) heights.push(height);
  return heights;
}
