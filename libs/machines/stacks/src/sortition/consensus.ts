import { bytesToHex, concatBytes, hexToBytes, ripemd160, sha256 } from '@virtualchain/bitcoin';
import type { StacksNetwork } from '../network/network.ts';
import { wholeBytes } from '../wire/integers.ts';

/** Of the operations that were accepted in a block, by their txids in the order of their transactions: 64 hex digits. */
export function stacksOpsHash(txids: readonly string[]): string {
  return bytesToHex(sha256(hexToBytes(txids.join(''))));
}

/** The heights whose consensus hashes go into that of the block above `parent`, newest first: back by 0, 1, 3, 7 … */
export function stacksPreviousHeights(parent: number, firstBlock: number): readonly number[] {
  const heights: number[] = [];
  for (let back = 0; parent - back >= firstBlock; back = 2 * back + 1) heights.push(parent - back);
  return heights;
}

/** How many cycles have begun, the one before the first among them: so many digits has the PoX id. */
export function poxIdLength({ firstBlock, cycleBlocks, waterfall }: StacksNetwork, height: number): number {
  const isEarlier = waterfall !== null && height >= waterfall;
  return 2 + Math.floor((height - firstBlock - (isEarlier ? 0 : 1)) / cycleBlocks);
}

/** What a consensus hash of Stacks covers. Hashes as hex, in display order. */
export interface Sealed {
  readonly blockHash: string;
  readonly opsHash: string;
  /** Satoshis, up to this block. */
  readonly totalBurn: bigint;
  /** Digits 1 and 0. */
  readonly poxId: string;
  /** Of `stacksPreviousHeights`, in their order; of the first block 20 zero bytes. */
  readonly previous: readonly string[];
}

const SYSTEM_FORK_SET_VERSION = Uint8Array.of(0x17, 0, 0, 0);

/** 40 hex digits (spec §6). */
export function stacksConsensusHash({ blockHash, opsHash, totalBurn, poxId, previous }: Sealed): string {
  const preimage = concatBytes(
    SYSTEM_FORK_SET_VERSION,
    hexToBytes(blockHash + opsHash),
    wholeBytes(totalBurn, 8),
    new TextEncoder().encode(poxId),
    hexToBytes(previous.join('')),
  );
  return bytesToHex(ripemd160(sha256(preimage)));
}
