import { isExpectedError } from '@virtualchain/kernel';
import { type MerkleStep, parseMerklePath, verifyMerklePath } from '../block/merkle-path.ts';
import { hashHexPair, hexPairBytes, nodePairBytes } from '../block/merkle-tree.ts';
import { parseTransaction } from './parse-transaction.ts';
import type { Transaction } from './transaction.ts';

/** What shows, beside a header, that a transaction is in its block. Strangers send it. */
export interface TransactionProof {
  readonly transaction: Uint8Array;
  /** The path from the txid to the merkle root, as text (spec §1). */
  readonly merklePath: string;
}

/** A transaction that a merkle path has proved to be in a block. */
export interface ProvenTransaction {
  readonly transaction: Transaction;
  /** Its place in the block, as the path says; a coinbase has 0. */
  readonly index: number;
}

/** Core's MAX_MONEY, in satoshis: no output of a valid transaction holds more. */
const satoshisMax = 2_100_000_000_000_000n;

/**
 * The transaction, when the proof leads to `merkleRoot`, which comes from a verified header. Total: null for every other
 * proof.
 *
 * A transaction of 64 bytes and an inner node of the tree have the same form, and blocks may hold such transactions, so
 * that a path alone could be one step too short or too long (CVE-2017-12842). Both ends are shut here: what is proved is
 * not 64 bytes long itself, and no node on the way up reads as a transaction, below which its miner could have hung
 * anything. Of honest nodes, about one in seven million million reads as one. The price: a transaction of 64 bytes, which
 * has room for four bytes of scripts, cannot be proved. Nor can a place be proved that only repeats the last of an odd
 * row (CVE-2012-2459).
 */
export function checkTransactionProof(proof: TransactionProof, merkleRoot: string): ProvenTransaction | null {
  const path = parseMerklePath(proof.merklePath);
  const transaction = readTransactionOrNull(proof.transaction);
  if (path === null || transaction === null || transaction.strippedLength === nodePairBytes) return null;
  if (path.some(({ hash }) => hash.length !== 64) || isAmbiguous(transaction.txid, path)) return null;
  return verifyMerklePath(transaction.txid, path, merkleRoot) ? { transaction, index: merklePathIndex(path) } : null;
}

/** Whether a node on the way reads as a transaction, or is joined with itself as if it were its own left neighbour. */
function isAmbiguous(leaf: string, path: readonly MerkleStep[]): boolean {
  let node = leaf;
  for (const { order, hash } of path) {
    if (order === 'm') return false;
    if (order === 'l' && hash === node) return true;
    const [left, right] = order === 'l' ? [hash, node] : [node, hash];
    if (readsAsTransaction(hexPairBytes(left, right))) return true;
    node = hashHexPair(left, right);
  }
  return false;
}

/** Whether 64 bytes could be a transaction that Core accepts: one input, one output, an amount that exists. */
function readsAsTransaction(bytes: Uint8Array): boolean {
  const transaction = readTransactionOrNull(bytes);
  if (transaction === null || transaction.isSegwit) return false;
  const { inputs, outputs } = transaction;
  return inputs.length > 0 && outputs.length > 0 && outputs.every(({ value }) => value <= satoshisMax);
}

function readTransactionOrNull(bytes: Uint8Array): Transaction | null {
  try {
    return parseTransaction(bytes);
  } catch (error) {
    if (isExpectedError(error)) return null;
    throw error;
  }
}

/** The place of the leaf that a path starts from: a sibling on the left is a one, from the lowest bit up. */
export function merklePathIndex(path: readonly MerkleStep[]): number {
  return path.reduce((index, { order }, level) => index + (order === 'l' ? 2 ** level : 0), 0);
}
