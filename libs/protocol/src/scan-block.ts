import { type Block, nulldataPayload, startsWith, type Transaction } from '@virtualchain/bitcoin';
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
 * `nulldataPayload`). Every payload with the magic bytes is found, whatever its opcode.
 */
export function scanBlock(block: Block, { magic }: Pick<VirtualChain, 'magic'>): readonly ScannedTransaction[] {
  const found: ScannedTransaction[] = [];
  block.transactions.forEach((transaction, transactionIndex) => {
    if (!transaction.hasOpReturn) return;
    const data = nulldataPayload(transaction.outputs);
    if (data === null || !startsWith(data, magic)) return;
    const opcode = data[magic.length] ?? null;
    found.push({ transaction, transactionIndex, opcode, payload: data.subarray(magic.length + 1) });
  });
  return found;
}
