import { type BlockHash, bytesToHex, parseBlock, type TransactionOutput, type Txid } from '@virtualchain/bitcoin';
import type { BuiltBlock } from './building/built-block.ts';
import { coinbaseMaturityBlocks } from './building/regtest.ts';

/** An output that can be spent. */
export interface Coin {
  readonly txid: Txid;
  readonly index: number;
  readonly output: TransactionOutput;
}

/** Which coins of a script can be spent above a block, on any branch. */
export interface Ledger {
  /** Takes a block whose parent is known. */
  add(block: BuiltBlock): void;
  /** Spendable in the next block above `tip`, oldest first; immature coinbases are left out. */
  coinsOf(script: Uint8Array, tip: BlockHash): readonly Coin[];
  /** Whether a block of the branch that ends at `tip` holds the transaction. */
  isMined(txid: Txid, tip: BlockHash): boolean;
}

interface LedgerBlock {
  readonly height: number;
  readonly previousHash: BlockHash;
  readonly spent: readonly string[];
  readonly created: readonly (Coin & { readonly script: string; readonly isCoinbase: boolean })[];
}

/** A ledger of every branch: each block keeps what it spends and creates, and a branch is read from its tip downwards. */
export function createLedger(): Ledger {
  const blocks = new Map<BlockHash, LedgerBlock>();
  const mined = new Map<Txid, Set<BlockHash>>();
  return {
    add({ hash, height, previousHash, bytes }) {
      if (blocks.has(hash)) return;
      const { transactions } = parseBlock(bytes);
      for (const { txid } of transactions) mined.set(txid, (mined.get(txid) ?? new Set()).add(hash));
      blocks.set(hash, {
        height,
        previousHash,
        spent: transactions.flatMap(({ inputs }) => inputs.map(({ txid, index }) => `${txid}:${index}`)),
        created: transactions.flatMap(({ txid, outputs, isCoinbase }) =>
          outputs.map((output, index) => ({ txid, index, output, script: bytesToHex(output.script), isCoinbase })),
        ),
      });
    },
    coinsOf(script, tip) {
      const wanted = bytesToHex(script);
      const spendHeight = (blocks.get(tip)?.height ?? 0) + 1;
      const spent = new Set<string>();
      const newestFirst: Coin[] = [];
      for (let block = blocks.get(tip); block !== undefined; block = blocks.get(block.previousHash)) {
        for (const outpoint of block.spent) spent.add(outpoint);
        const isMature = spendHeight - block.height >= coinbaseMaturityBlocks;
        for (const { script: owner, isCoinbase, ...coin } of block.created.toReversed()) {
          if (owner !== wanted || spent.has(`${coin.txid}:${coin.index}`) || (isCoinbase && !isMature)) continue;
          newestFirst.push(coin);
        }
      }
      return newestFirst.reverse();
    },
    isMined(txid, tip) {
      const holders = mined.get(txid);
      if (holders === undefined) return false;
      for (let hash = tip; ; ) {
        if (holders.has(hash)) return true;
        const previous = blocks.get(hash)?.previousHash;
        if (previous === undefined) return false;
        hash = previous;
      }
    },
  };
}
