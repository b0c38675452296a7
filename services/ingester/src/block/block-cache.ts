import {
  type Block,
  type BlockHash,
  findTransactions,
  parseBlock,
  type Transaction,
  type Txid,
  txidKey,
  txidKeyAt,
} from '@virtualchain/bitcoin';
import type { BitcoinNode } from '@virtualchain/node-client';
import { CACHE_BLOCKS_MAX, CACHE_BYTES_MAX, KEPT_BLOCK_BYTES, KEPT_TRANSACTION_BYTES } from '../limits.ts';

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
  /** Those of the transactions that are in blocks which are still kept. */
  transactions(txids: readonly Txid[]): ReadonlyMap<Txid, Transaction>;
}

/** About what a kept block takes: its bytes, and for each transaction what the layout, the merkle tree and the index hold. */
export function keptBytes({ bytes, layout }: Block): number {
  return bytes.length + KEPT_BLOCK_BYTES + layout.count * KEPT_TRANSACTION_BYTES;
}

/**
 * Which of some blocks holds a transaction, by the keys of txids. Blocks enter it when something is first looked up: a chain
 * whose operations are rare never asks.
 */
function createTransactionIndex() {
  const byKey = new Map<number, Block>();
  const waiting = new Set<Block>();

  return {
    add(block: Block): void {
      waiting.add(block);
    },
    delete(block: Block): void {
      if (waiting.delete(block)) return;
      // another kept block, of another branch, may hold the same transaction: it was kept later, and stands in its place
      for (let index = 0; index < block.layout.count; index += 1) {
        const key = txidKeyAt(block, index);
        if (byKey.get(key) === block) byKey.delete(key);
      }
    },
    find(txids: readonly Txid[]): ReadonlyMap<Txid, Transaction> {
      if (txids.length === 0) return new Map();
      for (const block of waiting) {
        for (let index = 0; index < block.layout.count; index += 1) byKey.set(txidKeyAt(block, index), block);
      }
      waiting.clear();
      const wanted = Map.groupBy(txids, (txid) => byKey.get(txidKey(txid)));
      const found = new Map<Txid, Transaction>();
      for (const [block, some] of wanted) {
        if (block === undefined) continue;
        for (const [txid, transaction] of findTransactions(block, some)) found.set(txid, transaction);
      }
      return found;
    },
  };
}

/** The blocks that are kept, oldest first, and their transactions. */
function createKeptBlocks(bytesMax: number, isAwaited: (hash: BlockHash) => boolean) {
  const blocks = new Map<BlockHash, Block>();
  const index = createTransactionIndex();
  let bytes = 0;

  function forget(hash: BlockHash): void {
    const block = blocks.get(hash);
    if (block === undefined) return;
    blocks.delete(hash);
    bytes -= keptBytes(block);
    index.delete(block);
  }

  /** Lets go of the oldest blocks above the bound; of the newest and of those that are awaited never. */
  function shrink(newest?: BlockHash): void {
    for (const oldest of blocks.keys()) {
      if ((bytes <= bytesMax && blocks.size <= CACHE_BLOCKS_MAX) || oldest === newest) break;
      if (!isAwaited(oldest)) forget(oldest);
    }
  }

  return {
    block: (hash: BlockHash) => blocks.get(hash),
    transactions: index.find,
    keep(hash: BlockHash, block: Block): void {
      blocks.set(hash, block);
      bytes += keptBytes(block);
      index.add(block);
      shrink(hash);
    },
    forget,
    shrink,
  };
}

/**
 * Fetches and parses a block once for all chains that want it at about the same time; keeps `bytesMax` bytes of
 * blocks.
 */
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
    transactions: kept.transactions,
  };
}
