import { type Block, type BlockHash, parseBlock, type Transaction, type Txid } from '@virtualchain/bitcoin';
import type { BitcoinNode } from '@virtualchain/node-client';
import { CACHE_BYTES_MAX, KEPT_BLOCK_BYTES, KEPT_TRANSACTION_BYTES } from '../limits.ts';

/**
 * Blocks by hash, fetched once for all chains, the newest kept within bounds. What is fetched ahead of its turn comes on top.
 * `lru-cache` does not do: it cannot keep what is awaited, nor the newest block where that alone is above the bound.
 */
export interface BlockCache {
  /** The block, parsed but not verified; null when the node does not have it. */
  fetch(hash: BlockHash): Promise<Block | null>;
  /**
   * Begins to fetch a block whose turn comes soon, and keeps it until `fetch` has handed it out, whatever the bounds: a
   * block that is dropped before its turn is fetched twice. Whoever does not come for it says so by `release`.
   */
  fetchAhead(hash: BlockHash): void;
  release(hash: BlockHash): void;
  /** Lets go of a block that turned out to be wrong: the header vouches for its hash only, and another reply may be right. */
  forget(hash: BlockHash): void;
  /** A transaction of a block that is still kept. */
  transaction(txid: Txid): Transaction | undefined;
}

/** About what a kept block takes. A small block takes many times its bytes: 220 bytes with one transaction are 7 kB. */
export function keptBytes({ bytes, transactions }: Block): number {
  return bytes.length + KEPT_BLOCK_BYTES + transactions.length * KEPT_TRANSACTION_BYTES;
}

/** The blocks that are kept, oldest first, and their transactions. */
function createKeptBlocks(bytesMax: number, isAwaited: (hash: BlockHash) => boolean) {
  const blocks = new Map<BlockHash, Block>();
  const byTxid = new Map<Txid, Transaction>();
  let bytes = 0;

  function forget(hash: BlockHash): void {
    const block = blocks.get(hash);
    if (block === undefined) return;
    blocks.delete(hash);
    bytes -= keptBytes(block);
    // another kept block, of another branch, may hold the same transaction: it was kept later, and stands in its place
    for (const transaction of block.transactions) {
      if (byTxid.get(transaction.txid) === transaction) byTxid.delete(transaction.txid);
    }
  }

  /** Lets go of the oldest blocks above the bound; of the newest and of those that are awaited never. */
  function shrink(newest?: BlockHash): void {
    for (const oldest of blocks.keys()) {
      if (bytes <= bytesMax || oldest === newest) break;
      if (!isAwaited(oldest)) forget(oldest);
    }
  }

  return {
    block: (hash: BlockHash) => blocks.get(hash),
    transaction: (txid: Txid) => byTxid.get(txid),
    keep(hash: BlockHash, block: Block): void {
      blocks.set(hash, block);
      bytes += keptBytes(block);
      for (const transaction of block.transactions) byTxid.set(transaction.txid, transaction);
      shrink(hash);
    },
    forget,
    shrink,
  };
}

export function createBlockCache(node: Pick<BitcoinNode, 'block'>, bytesMax: number = CACHE_BYTES_MAX): BlockCache {
  /** How many chains have yet to come for a block. */
  const awaited = new Map<BlockHash, number>();
  const kept = createKeptBlocks(bytesMax, (hash) => awaited.has(hash));
  const coming = new Map<BlockHash, Promise<Block | null>>();

  function release(hash: BlockHash): void {
    const others = (awaited.get(hash) ?? 0) - 1;
    if (others > 0) awaited.set(hash, others);
    else awaited.delete(hash);
  }

  async function fetch(hash: BlockHash): Promise<Block | null> {
    const here = kept.block(hash);
    if (here !== undefined) return here;
    const fetching = coming.get(hash) ?? load(hash);
    coming.set(hash, fetching);
    return fetching;
  }

  async function load(hash: BlockHash): Promise<Block | null> {
    try {
      const raw = await node.block(hash);
      if (raw === null) return null;
      const block = parseBlock(raw);
      if (block.hash === hash) kept.keep(hash, block); // another block than asked for is refused by whoever verifies it
      return block;
    } finally {
      coming.delete(hash);
    }
  }

  return {
    forget: kept.forget,
    async fetch(hash) {
      try {
        return await fetch(hash);
      } finally {
        release(hash);
      }
    },
    fetchAhead(hash) {
      awaited.set(hash, (awaited.get(hash) ?? 0) + 1);
      fetch(hash).catch(() => undefined); // met again when it is this block's turn
    },
    release(hash) {
      release(hash);
      kept.shrink();
    },
    transaction: kept.transaction,
  };
}
