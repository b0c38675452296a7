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

export interface ChainScan {
  readonly chain: VirtualChain;
  /** In the order of the block. */
  readonly transactions: readonly ScannedTransaction[];
}

/**
 * Finds the operations of several virtual chains in one pass over a block, by the exact rule of spec §2 (see
 * `nulldataPayload`). Every payload with the magic bytes is found, whatever its opcode. The scans are in the order of
 * `chains`.
 */
export function scanBlock(block: Block, chains: readonly VirtualChain[]): readonly ChainScan[] {
  const scans = chains.map((chain) => ({ chain, transactions: [] as ScannedTransaction[] }));
  block.transactions.forEach((transaction, transactionIndex) => {
    if (!transaction.hasOpReturn) return;
    const data = nulldataPayload(transaction.outputs);
    if (data === null) return;
    for (const { chain, transactions } of scans) {
      if (!startsWith(data, chain.magic)) continue;
      const opcode = data[chain.magic.length] ?? null;
      transactions.push({ transaction, transactionIndex, opcode, payload: data.subarray(chain.magic.length + 1) });
    }
  });
  return scans;
}
