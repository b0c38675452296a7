import { isExpectedError } from './expected-error.ts';
import { type MerkleStep, parseMerklePath, verifyMerklePath } from './merkle-path.ts';
import { parseTransaction } from './parse-transaction.ts';
import type { Transaction } from './transaction.ts';

/** What shows, beside a header, that a transaction is in its block. Strangers send it. */
export interface TransactionProof {
  readonly transaction: Uint8Array;
  /** The path from the txid to the merkle root, as text (spec §1). */
  readonly merklePath: string;
}

export interface ProvenTransaction {
  readonly transaction: Transaction;
  /** Its place in the block, as the path says; a coinbase has 0. */
  readonly index: number;
}

/** The length at which a transaction reads as an inner node of the tree (CVE-2017-12842). */
const innerNodeBytes = 64;

/**
 * The transaction, when the proof leads to `merkleRoot`, which comes from a verified header. Total: null for every other
 * proof, and for a transaction that could be an inner node of the tree.
 */
export function checkTransactionProof(proof: TransactionProof, merkleRoot: string): ProvenTransaction | null {
  const path = parseMerklePath(proof.merklePath);
  const transaction = readTransactionOrNull(proof.transaction);
  if (path === null || transaction === null || transaction.strippedLength === innerNodeBytes) return null;
  if (path.some(({ hash }) => hash.length !== 64)) return null;
  return verifyMerklePath(transaction.txid, path, merkleRoot) ? { transaction, index: merklePathIndex(path) } : null;
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
