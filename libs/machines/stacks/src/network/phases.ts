import { type Epoch, epochAt, isFrom } from './epochs.ts';
import type { StacksNetwork } from './network.ts';

type Cycles = Pick<StacksNetwork, 'firstBlock' | 'cycleBlocks' | 'prepareBlocks'>;

/** Whether the next reward set is being prepared: then commits burn, and their windows are one block long. */
export function isPreparePhase({ firstBlock, cycleBlocks, prepareBlocks }: Cycles, height: number): boolean {
  if (height <= firstBlock) return false;
  const index = (height - firstBlock) % cycleBlocks;
  return index === 0 || index > cycleBlocks - prepareBlocks;
}

/** Only epochs 2.0 and 2.05 have a sunset. */
export function isPastSunset({ sunset }: Pick<StacksNetwork, 'sunset'>, epoch: Epoch, height: number): boolean {
  return !isFrom(epoch, '2.1') && height >= sunset.end;
}

/**
 * What a commit has to pay at a height: `burn` is one output to a burn address, `pair` two of equal value, `one` a single
 * one to anybody. The output behind is its change.
 */
export type CommitForm = 'burn' | 'pair' | 'one';

export function commitFormAt(
  network: StacksNetwork,
  height: number,
  epoch: Epoch = epochAt(network.epochs, height),
): CommitForm {
  if (network.waterfall !== null && height >= network.waterfall) return 'one';
  return isPastSunset(network, epoch, height) || isPreparePhase(network, height) ? 'burn' : 'pair';
}

/** The satoshis that a commit has to burn beside `total`, burnt and paid together, while PoX sets (spec §4.4). */
export function sunsetBurnOf(network: StacksNetwork, height: number, total: bigint, epoch: Epoch): bigint {
  const { firstBlock, cycleBlocks, sunset } = network;
  if (isFrom(epoch, '2.1') || height < sunset.start || isPastSunset(network, epoch, height)) return 0n;
  if (isPreparePhase(network, height)) return 0n;
  const cycleStart = firstBlock + Math.floor((height - firstBlock) / cycleBlocks) * cycleBlocks + 1;
  if (cycleStart <= sunset.start) return 0n;
  return (total * BigInt(cycleStart - sunset.start)) / BigInt(sunset.end - sunset.start);
}
