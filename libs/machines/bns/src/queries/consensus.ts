import type { Height } from '@virtualchain/bitcoin';
import type { ConsensusHash } from '@virtualchain/machine';
import { CONSENSUS_HASHES_PER_QUERY_MAX } from './limits.ts';
import { type BnsView, isSeen } from './view.ts';

/** Null for a block that is not seen: `get_consensus_at`. */
export async function consensusHashAt(view: BnsView, height: number): Promise<ConsensusHash | null> {
  return (await consensusHashes(view, [height])).get(height) ?? null;
}

/** By height, null for blocks that are not seen; of the first 32 heights asked for: `get_consensus_hashes`. */
export async function consensusHashes(
  view: BnsView,
  heights: readonly number[],
): Promise<ReadonlyMap<number, ConsensusHash | null>> {
  const asked = heights.slice(0, CONSENSUS_HASHES_PER_QUERY_MAX);
  const found = await view.reading.consensusHashes(asked.filter((height) => isSeen(view, height)) as Height[]);
  return new Map(asked.map((height) => [height, found.get(height as Height) ?? null]));
}

/** The height that a consensus hash sealed, null when none that is seen: `get_block_from_consensus`. */
export function heightOfConsensusHash({ reading }: BnsView, consensusHash: string): Promise<Height | null> {
  return reading.heightOf(consensusHash);
}
