import { type BlockHeader, headerHash, serializeHeader } from '../block/header.ts';
import { merkleTree, treeRoot } from '../block/merkle-tree.ts';
import { checkProofOfWork } from '../block/proof-of-work.ts';
import type { BlockHash, Sats } from '../encoding/brand.ts';
import { compactSizeBytes, concatBytes, joinBytes, reverseBytes } from '../encoding/bytes.ts';
import { doubleSha256 } from '../encoding/hashing.ts';
import { hexToBytes } from '../encoding/hex.ts';
import { parseTransaction } from '../transaction/parse-transaction.ts';
import { NULL_TXID, type Transaction, type TransactionOutput } from '../transaction/transaction.ts';
import { serializeTransaction } from '../transaction/transaction-bytes.ts';
import { regtestBits, subsidyAt } from './regtest.ts';

/** A block of regtest to make. */
export interface BlockToMake {
  readonly height: number;
  readonly previousHash: BlockHash;
  /** Unix seconds. */
  readonly time: number;
  readonly bits?: number;
  /** After the coinbase, in this order. */
  readonly transactions: readonly Transaction[];
  /** Where subsidy and fees go. */
  readonly payTo: Uint8Array;
  /** Satoshis that the transactions pay; none where they are left to nobody. */
  readonly fees?: bigint;
  /** Stands in the coinbase behind the height: siblings of another tag have another hash. */
  readonly tag: string;
}

/**
 * Makes a valid block for regtest: height in the coinbase (BIP34), witness commitment where a transaction has witnesses,
 * proof of work. The same plan gives the same block.
 */
export function makeBlock(plan: BlockToMake): { readonly hash: BlockHash; readonly bytes: Uint8Array } {
  const { previousHash, time, bits = regtestBits, transactions } = plan;
  const coinbase = coinbaseOf(plan);
  const tree = merkleTree([parseTransaction(coinbase).hash, ...transactions.map(({ hash }) => hash)]);
  const header = { version: 0x20000000, previousHash, merkleRoot: treeRoot(tree), time, bits, nonce: 0 };
  const { hash, bytes: headerBytes } = grind(header);
  const count = compactSizeBytes(transactions.length + 1);
  return { hash, bytes: joinBytes([headerBytes, count, coinbase, ...transactions.map(({ bytes }) => bytes)]) };
}

function grind(header: BlockHeader): { readonly hash: BlockHash; readonly bytes: Uint8Array } {
  for (let nonce = 0; ; nonce += 1) {
    const bytes = serializeHeader({ ...header, nonce });
    const hash = headerHash(bytes);
    if (checkProofOfWork(hash, header.bits)) return { hash, bytes };
  }
}

function coinbaseOf({ height, transactions, payTo, fees = 0n, tag }: BlockToMake): Uint8Array {
  const hasWitness = transactions.some(({ isSegwit }) => isSegwit);
  const outputs: TransactionOutput[] = [{ value: (subsidyAt(height) + fees) as Sats, script: payTo }];
  if (hasWitness)
    outputs.push({ value: 0n as Sats, script: commitmentScript(witnessRoot(transactions), WITNESS_NONCE) });
  const text = new TextEncoder().encode(tag);
  const script = concatBytes(heightPush(height), Uint8Array.of(text.length + 1, 0x2f), text);
  const witness = hasWitness ? [WITNESS_NONCE] : [];
  const input = { txid: NULL_TXID, index: 0xffffffff, script, sequence: 0xffffffff, witness };
  return serializeTransaction({ version: 2, inputs: [input], outputs, locktime: 0 });
}

/** What the script of a coinbase begins with (BIP34): opcodes up to 16, and signed little-endian bytes above. */
export function heightPush(height: number): Uint8Array {
  if (height <= 16) return Uint8Array.of(height === 0 ? 0 : 0x50 + height);
  const digits: number[] = [];
  for (let rest = height; rest > 0; rest = Math.floor(rest / 256)) digits.push(rest & 255);
  if ((digits.at(-1) ?? 0) >= 0x80) digits.push(0);
  return Uint8Array.of(digits.length, ...digits);
}

const WITNESS_NONCE = new Uint8Array(32);

/** The root over the witness ids of a block, in the order it is hashed on: 32 zero bytes for the coinbase, then these. */
export function witnessRoot(afterCoinbase: readonly Transaction[]): Uint8Array {
  const leaves = [new Uint8Array(32), ...afterCoinbase.map(({ wtxid }) => reverseBytes(hexToBytes(wtxid)))];
  return reverseBytes(hexToBytes(treeRoot(merkleTree(leaves))));
}

/** BIP141: OP_RETURN, and the hash over the root of the witness ids and the nonce. */
export function commitmentScript(root: Uint8Array, nonce: Uint8Array): Uint8Array {
  return concatBytes(commitmentPrefix, doubleSha256(concatBytes(root, nonce)));
}

/** How the script of a witness commitment begins; 32 bytes follow. */
export const commitmentPrefix = hexToBytes('6a24aa21a9ed');
