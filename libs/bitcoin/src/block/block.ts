import type { BlockHash, Txid } from '../encoding/brand.ts';
import { ByteReader, BytesUnreadable } from '../encoding/byte-reader.ts';
import { compactSizeBytes, joinBytes } from '../encoding/bytes.ts';
import { BlockMalformed, readOr } from '../encoding/malformed.ts';
import { readTransaction } from '../transaction/parse-transaction.ts';
import type { Transaction, TransactionFields } from '../transaction/transaction.ts';
import { serializeTransaction } from '../transaction/transaction-bytes.ts';
import { type BlockHeader, headerHash, headerLength, parseHeader, serializeHeader } from './header.ts';
import { type MerkleTree, merkleTree } from './merkle-tree.ts';

/** A block over its bytes. The merkle tree is built when first asked for and kept. */
export interface Block {
  readonly bytes: Uint8Array;
  readonly headerBytes: Uint8Array;
  readonly header: BlockHeader;
  readonly hash: BlockHash;
  readonly transactions: readonly Transaction[];
  /** Over the txids, all of them. */
  readonly tree: MerkleTree;
}

/**
 * Reads a block. Total: what is cut short, too long or miscounted is a typed error. It does not say that the block is
 * valid; `verifyBlock` does.
 * @throws BlockMalformed
 */
export function parseBlock(bytes: Uint8Array): Block {
  const transactions = readOr(BlockMalformed, () => {
    const reader = new ByteReader(bytes);
    reader.skip(headerLength);
    const count = reader.compactSize();
    if (count === 0) throw new BytesUnreadable('a block without a transaction');
    const read: Transaction[] = [];
    while (read.length < count) read.push(readTransaction(reader));
    if (reader.remaining > 0) throw new BytesUnreadable(`${reader.remaining} bytes after the last transaction`);
    return read;
  });
  const headerBytes = bytes.subarray(0, headerLength);
  let tree: MerkleTree | undefined;
  return {
    bytes,
    headerBytes,
    header: parseHeader(headerBytes),
    hash: headerHash(headerBytes),
    transactions,
    get tree(): MerkleTree {
      tree ??= merkleTree(transactions.map(({ hash }) => hash));
      return tree;
    },
  };
}

/** The bytes of a block as the network sends it: the inverse of `parseBlock`. */
export function serializeBlock(header: BlockHeader, transactions: readonly TransactionFields[]): Uint8Array {
  return joinBytes([
    serializeHeader(header),
    compactSizeBytes(transactions.length),
    ...transactions.map((transaction) => serializeTransaction(transaction)),
  ]);
}

export function blockTxids(block: Block): readonly Txid[] {
  return block.transactions.map(({ txid }) => txid);
}
