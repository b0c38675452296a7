import { type Block, type BlockHash, parseBlock, type Transaction, type Txid } from '@virtualchain/bitcoin';
import type { BitcoinNode } from '@virtualchain/node-client';
import { CACHE_BYTES_MAX } from './limits.ts';

/** Blocks by hash, fetched once for all chains, the newest kept within bounds. */
export interface BlockCache {
  /** The block, parsed but not verified; null when the node does not have it. */
  fetch(hash: BlockHash): Promise<Block | null>;
  /** Lets go of a block that turned out to be wrong: the header vouches for its hash only, and another reply may be right. */
  forget(hash: BlockHash): void;
  /** A transaction of a block that is still kept. */
  transaction(txid: Txid): Transaction | undefined;
}

export function createBlockCache(node: Pick<BitcoinNode, 'block'>, bytesMax: number = CACHE_BYTES_MAX): BlockCache {
  const kept = new Map<BlockHash, Block>();
  const byTxid = new Map<Txid, Transaction>();
  const coming = new Map<BlockHash, Promise<Block | null>>();
  let bytes = 0;

  function keep(hash: BlockHash, block: Block): void {
    kept.set(hash, block);
    bytes += block.bytes.length;
    for (const transaction of block.transactions) byTxid.set(transaction.txid, transaction);
    for (const oldest of kept.keys()) {
      if (bytes <= bytesMax || oldest === hash) break;
      forget(oldest);
    }
  }

  async function load(hash: BlockHash): Promise<Block | null> {
    try {
      const raw = await node.block(hash);
      if (raw === null) return null;
      const block = parseBlock(raw);
      if (block.hash === hash) keep(hash, block); // another block than asked for is refused by whoever verifies it
      return block;
    } finally {
      coming.delete(hash);
    }
  }

  function forget(hash: BlockHash): void {
    const block = kept.get(hash);
    if (block === undefined) return;
    kept.delete(hash);
    bytes -= block.bytes.length;
    // another kept block, of another branch, may hold the same transaction: it was kept later, and stands in its place
    for (const transaction of block.transactions) {
      if (byTxid.get(transaction.txid) === transaction) byTxid.delete(transaction.txid);
    }
  }

  return {
    forget,
    async fetch(hash) {
      const here = kept.get(hash);
      if (here !== undefined) return here;
      const fetching = coming.get(hash) ?? load(hash);
      coming.set(hash, fetching);
      return fetching;
    },
    transaction: (txid) => byTxid.get(txid),
  };
}
