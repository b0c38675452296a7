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

interface Kept {
  readonly block: Block;
  readonly byTxid: ReadonlyMap<Txid, Transaction>;
}

export function createBlockCache(node: Pick<BitcoinNode, 'block'>, bytesMax: number = CACHE_BYTES_MAX): BlockCache {
  const kept = new Map<BlockHash, Kept>();
  const coming = new Map<BlockHash, Promise<Block | null>>();
  let bytes = 0;

  function keep(hash: BlockHash, block: Block): void {
    kept.set(hash, {
      block,
      byTxid: new Map(block.transactions.map((transaction) => [transaction.txid, transaction])),
    });
    bytes += block.bytes.length;
    for (const [oldest, { block: old }] of kept) {
      if (bytes <= bytesMax || oldest === hash) break;
      kept.delete(oldest);
      bytes -= old.bytes.length;
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
    bytes -= kept.get(hash)?.block.bytes.length ?? 0;
    kept.delete(hash);
  }

  return {
    forget,
    async fetch(hash) {
      const here = kept.get(hash);
      if (here !== undefined) return here.block;
      const fetching = coming.get(hash) ?? load(hash);
      coming.set(hash, fetching);
      return fetching;
    },
    transaction(txid) {
      for (const { byTxid } of kept.values()) {
        const found = byTxid.get(txid);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}
