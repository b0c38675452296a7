import { bytesToHex, concatBytes, hexToBytes, reverseBytes, sha256 } from '@virtualchain/bitcoin';
import { epochAt, isFrom } from '../network/epochs.ts';
import type { StacksNetwork } from '../network/network.ts';
import { commitFormAt, isPastSunset, isPreparePhase } from '../network/phases.ts';
import { NULL_MINER_STEPS, nullMinerAdvantage } from './null-miner-table.ts';
import { medianOf, type WindowBlock, type WindowCommit, weighCommits } from './weigh.ts';

/** What a sortition hands to the next. */
export interface SortitionState {
  /** 64 hex digits. */
  readonly sortitionHash: string;
  /** The new seed of the last commit that was selected, 64 hex digits. */
  readonly seed: string;
  /** Satoshis of all commits of blocks that had a selection. */
  readonly totalBurn: bigint;
}

/** Before the first block. */
export const SORTITION_START: SortitionState = { sortitionHash: '00'.repeat(32), seed: '00'.repeat(32), totalBurn: 0n };

/** A commit that takes part: what it carries on is its seed, 64 hex digits. */
export interface Candidate extends WindowCommit {
  readonly newSeed: string;
}

/** Why a block selected nothing. */
export type NoSelection = 'noCommits' | 'tooFewInWindow' | 'nullMiner';

/** What became of a block. */
export interface Sortition extends SortitionState {
  readonly selected: Candidate | null;
  readonly reason: NoSelection | null;
}

const WINDOW_BLOCKS = 6;
/** From 3.0 on a commit whose chain is shorter is not selected, where the window is as long. */
const FREQUENCY_LEAST = 3;
const RANGE_END = (1n << 256n) - 1n;

/**
 * The heights of the blocks that a sortition looks at, oldest first: six, or this one alone where commits burn, and from 3.0 on
 * where the window reaches into another epoch.
 */
export function windowHeights(network: StacksNetwork, height: number): readonly number[] {
  const { epochs, firstBlock } = network;
  const epoch = epochAt(epochs, height);
  const before = Math.max(0, height - 1 - WINDOW_BLOCKS);
  const isAcross = isFrom(epoch, '3.0') && epochAt(epochs, before) !== epoch;
  if (isAcross || isPreparePhase(network, height) || isPastSunset(network, epoch, height)) return [height];
  const oldest = Math.max(firstBlock, height - WINDOW_BLOCKS + 1);
  return Array.from({ length: height - oldest + 1 }, (_, index) => oldest + index);
}

/** Whether commits of a block have one output. */
export function hasOneOutput(network: StacksNetwork, height: number): boolean {
  return commitFormAt(network, height) !== 'pair';
}

/** Holds the sortition of a block over its window, whose blocks are those of `windowHeights` (spec §7). */
export function holdSortition(
  network: StacksNetwork,
  { height, hash }: { readonly height: number; readonly hash: string },
  before: SortitionState,
  window: readonly WindowBlock<Candidate>[],
): Sortition {
  const mixed = sha256(hexToBytes(before.sortitionHash + hash));
  const none = (reason: NoSelection): Sortition => {
    return { ...before, sortitionHash: bytesToHex(mixed), selected: null, reason };
  };
  const weighed = weighCommits(window);
  const index = indexOf(mixed, before.seed);
  const chosen =
    weighed.length === 1
      ? weighed[0]
      : weighed[
          sample(
            weighed.map(({ weight }) => weight),
            index,
          )
        ];
  if (chosen === undefined) return none('noCommits');
  const burns = window.map(({ commits }) => commits.reduce((sum, { burn }) => sum + burn, 0n));
  const burnt = burns.at(-1) ?? 0n;
  if (isFrom(epochAt(network.epochs, height), '3.0')) {
    if (chosen.frequency < Math.min(FREQUENCY_LEAST, window.length)) return none('tooFewInWindow');
    if (index < nullMinerRange(burnt, medianOf(burns))) return none('nullMiner');
  }
  const { newSeed } = chosen.commit;
  const sortitionHash = bytesToHex(sha256(concatBytes(mixed, hexToBytes(newSeed))));
  return { sortitionHash, seed: newSeed, totalBurn: before.totalBurn + burnt, selected: chosen.commit, reason: null };
}

/** The number that is drawn: the hash read from its last byte. */
function indexOf(mixed: Uint8Array, seed: string): bigint {
  return BigInt(`0x${bytesToHex(reverseBytes(sha256(concatBytes(mixed, hexToBytes(seed)))))}`);
}

/** In whose range a number lies; ranges stand in order, as wide as the weights. */
function sample(weights: readonly bigint[], index: bigint): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  let reached = 0n;
  return weights.findIndex((weight) => {
    reached += weight;
    return index < (RANGE_END * reached) / total;
  });
}

/** Below which number the null miner is drawn: where a block burnt less than is usual, in proportion to what is missing, and more. */
function nullMinerRange(burnt: bigint, usual: bigint): bigint {
  const whole = 1n << 64n;
  if (burnt >= usual && usual > 0n) return 0n;
  const share = usual === 0n ? 0n : (burnt << 64n) / usual;
  const step = Math.min(Number((share * BigInt(NULL_MINER_STEPS)) >> 64n), NULL_MINER_STEPS - 1);
  const probability = whole - share + ((share * nullMinerAdvantage(step)) >> 64n);
  return (probability >= whole ? whole - 1n : probability) << 192n;
}
