import type { Sats, Txid } from '../encoding/brand.ts';

/** An input: the output that it spends, and what lets it. */
export interface TransactionInput {
  /** The funding transaction; 64 zeros in a coinbase. */
  readonly txid: Txid;
  /** The funding output. */
  readonly index: number;
  readonly script: Uint8Array;
  readonly sequence: number;
  /** Witness items; none without segwit. */
  readonly witness: readonly Uint8Array[];
}

/** An output: satoshis, and the script that guards them. */
export interface TransactionOutput {
  readonly value: Sats;
  readonly script: Uint8Array;
}

/** What a transaction says, without its bytes. */
export interface TransactionFields {
  readonly version: number;
  readonly inputs: readonly TransactionInput[];
  readonly outputs: readonly TransactionOutput[];
  readonly locktime: number;
}

/** The fields alone. A `Transaction` is a view with getters, which a spread does not copy. */
export function transactionFields({ version, inputs, outputs, locktime }: TransactionFields): TransactionFields {
  return { version, inputs, outputs, locktime };
}

/**
 * A view over the bytes of a transaction. Reading it walked over them once; fields and hashes are made when first asked
 * for and kept. Scripts are views into the same bytes.
 */
export interface Transaction extends TransactionFields {
  /** As read, with witnesses. */
  readonly bytes: Uint8Array;
  /** Without marker, flag and witnesses: what the txid is the hash of. */
  readonly strippedBytes: Uint8Array;
  readonly strippedLength: number;
  readonly isSegwit: boolean;
  readonly isCoinbase: boolean;
  /** Some output script starts with OP_RETURN: known without looking at the outputs one by one. */
  readonly hasOpReturn: boolean;
  /** Double sha256 of the stripped bytes, in the order they are hashed on. */
  readonly hash: Uint8Array;
  readonly txid: Txid;
  readonly wtxid: Txid;
}

/** What a coinbase names as its funding transaction. */
export const NULL_TXID = '0'.repeat(64) as Txid;
