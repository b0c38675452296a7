import { blockHash, height } from '@virtualchain/bitcoin';
import type { BlockMark } from '../port.ts';

/** A row of `blocks` as the place where the log has the block. */
export function markOf(row: Readonly<Record<string, unknown>>, log: string): BlockMark {
  const at = height(Number(row['height']));
  const hash = blockHash(String(row['hash']));
  return {
    height: at,
    hash,
    firstSequence: Number(row['first_sequence']),
    firstOffset: BigInt(String(row['first_offset'])),
    cursor: {
      log,
      epoch: Number(row['epoch']),
      writer: String(row['writer']),
      sequence: Number(row['last_sequence']),
      offset: BigInt(String(row['last_offset'])),
      height: at,
      hash,
    },
  };
}
