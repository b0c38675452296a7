import type { BlockHash, Txid } from '../encoding/brand.ts';
import { ByteReader, BytesUnreadable } from '../encoding/byte-reader.ts';
import { compactSizeBytes, joinBytes } from '../encoding/bytes.ts';
import { reversedHex } from '../encoding/hex.ts';
import { BlockMalformed, readOr } from '../encoding/malformed.ts';
import { hashTransactions } from '../sha256/hash-transactions.ts';
import { readTransaction } from '../transaction/parse-transaction.ts';
import type { Transaction, TransactionFields } from '../transaction/transaction.ts';
import { serializeTransaction } from '../transaction/transaction-bytes.ts';
import { type BlockHeader, headerHash, headerLength, parseHeader, serializeHeader } from './header.ts';
import { type BlockLayout, layOutBlock } from './layout/block-layout.ts';
import { type MerkleTree, merkleTreeOfHashes } from './merkle-tree.ts';

/**
 * A block over its bytes. Reading it walks over them once and makes no object for a transaction: what is asked for is
 * made then.
 */
export interface Block {
  readonly bytes: Uint8Array;
  readonly headerBytes: Uint8Array;
  readonly header: BlockHeader;
  readonly hash: BlockHash;
  readonly layout: BlockLayout;
  /** The transaction at a place, made anew. */
  transactionAt(index: number): Transaction;
  /** All of them, made when first asked for and kept. */
  readonly transactions: readonly Transaction[];
  /** All txids in the order they are hashed on, 32 bytes each; made when first asked for and kept. */
  readonly hashes: Uint8Array;
  /** Over the txids, all of them; made when first asked for and kept. */
  readonly tree: MerkleTree;
}

/**
 * Reads a block. Total: what is cut short, too long or miscounted is a typed error. It does not say that the block is
 * valid; `verifyBlock` does.
 * @throws BlockMalformed
 */
export function parseBlock(bytes: Uint8Array): Block {
  return new BlockView(bytes, layOutBlock(bytes) ?? refuseBlock(bytes));
}

/** Reads the block once more, carefully, to say what is wrong with it. */
function refuseBlock(bytes: Uint8Array): never {
  readOr(BlockMalformed, () => {
    const reader = new ByteReader(bytes);
    reader.skip(headerLength);
    const count = reader.compactSize();
    if (count === 0) throw new BytesUnreadable('a block without a transaction');
    for (let read = 0; read < count; read += 1) readTransaction(reader);
    if (reader.remaining > 0) throw new BytesUnreadable(`${reader.remaining} bytes after the last transaction`);
  });
  throw new TypeError('a block that can be read has a layout');
}

class BlockView implements Block {
  readonly bytes: Uint8Array;
  readonly layout: BlockLayout;
  #header: BlockHeader | undefined;
  #hash: BlockHash | undefined;
  #transactions: readonly Transaction[] | undefined;
  #hashes: Uint8Array | undefined;
  #tree: MerkleTree | undefined;

  constructor(bytes: Uint8Array, layout: BlockLayout) {
    this.bytes = bytes;
    this.layout = layout;
  }

  get header(): BlockHeader {
    this.#header ??= parseHeader(this.headerBytes);
    return this.#header;
  }

  get hash(): BlockHash {
    this.#hash ??= headerHash(this.headerBytes);
    return this.#hash;
  }

  get headerBytes(): Uint8Array {
    return this.bytes.subarray(0, headerLength);
  }

  transactionAt(index: number): Transaction {
    const at = 32 * index;
    return readTransaction(new ByteReader(this.bytes, this.layout.starts[index]), this.#hashes?.subarray(at, at + 32));
  }

  get transactions(): readonly Transaction[] {
    this.#transactions ??= Array.from({ length: this.layout.count }, (_, index) => this.transactionAt(index));
    return this.#transactions;
  }

  get hashes(): Uint8Array {
    this.#hashes ??= hashTransactions(this.bytes, this.layout);
    return this.#hashes;
  }

  get tree(): MerkleTree {
    this.#tree ??= merkleTreeOfHashes(this.hashes);
    return this.#tree;
  }
}

/** The bytes of a block as the network sends it: the inverse of `parseBlock`. */
export function serializeBlock(header: BlockHeader, transactions: readonly TransactionFields[]): Uint8Array {
  return joinBytes([
    serializeHeader(header),
    compactSizeBytes(transactions.length),
    ...transactions.map((transaction) => serializeTransaction(transaction)),
  ]);
}

/** The txids of a block, in its order, as hex in the order that people read. */
export function blockTxids({ hashes, layout }: Pick<Block, 'hashes' | 'layout'>): readonly Txid[] {
  return Array.from({ length: layout.count }, (_, index) => reversedHex(hashes, 32 * index, 32) as Txid);
}
