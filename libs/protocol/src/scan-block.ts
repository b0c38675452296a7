import { type Block, startsWith, type Transaction } from '@virtualchain/bitcoin';
import type { VirtualChain } from './virtual-chain.ts';

/** A transaction that carries the magic bytes of a chain. */
export interface ScannedTransaction {
  readonly transaction: Transaction;
  /** Position in the block; the coinbase is 0. */
  readonly transactionIndex: number;
  /** The byte after the magic, null when there is none. */
  readonly opcode: number | null;
  /** What follows magic and opcode. */
  readonly payload: Uint8Array;
}

/**
 * Finds the operations of a virtual chain in a block, in their order, by the exact rule of spec §2 (see
 * `nulldataPayload`). Every payload with the magic bytes is found, whatever its opcode; of no other transaction an object
 * is made.
 */
export function scanBlock(block: Block, { magic }: Pick<VirtualChain, 'magic'>): readonly ScannedTransaction[] {
  const found: ScannedTransaction[] = [];
  const { payloads } = block.layout;
  for (let at = 0; at < payloads.length; at += 3) {
    const transactionIndex = payloads[at] as number;
    const data = block.bytes.subarray(payloads[at + 1], payloads[at + 2]);
    if (!startsWith(data, magic)) continue;
    const opcode = data[magic.length] ?? null;
    const payload = data.subarray(magic.length + 1);
    found.push({ transaction: block.transactionAt(transactionIndex), transactionIndex, opcode, payload });
  }
  return found;
}
