import {
  bytesToHex,
  parseBlock,
  parseTransaction,
  type Sats,
  serializeTransaction,
  sha256,
  type Transaction,
  type Txid,
  txid,
} from '@virtualchain/bitcoin';
import type { BuiltBlock } from './built-block.ts';

/** An output as a test spells it: the amount need not be branded. */
export interface PlannedOutput {
  readonly value: bigint;
  readonly script: Uint8Array;
}

/** A transaction to make, without signatures. */
export interface SpendPlan {
  /**
   * Outputs to spend; the first of its transaction where no index is given. `script` is what a signature would stand
   * in, for machines that read public keys.
   */
  readonly spends: readonly {
    readonly transaction: Transaction;
    readonly index?: number;
    readonly script?: Uint8Array;
  }[];
  readonly outputs: readonly PlannedOutput[];
  readonly version?: number;
  readonly locktime?: number;
}

/** A transaction out of nowhere: what its one input spends does not exist. Equal salts and outputs make it equal. */
export function coinTransaction(outputs: readonly PlannedOutput[], salt: string): Transaction {
  const nowhere = txid(bytesToHex(sha256(new TextEncoder().encode(`coin ${salt}`))));
  return unsigned([{ txid: nowhere, index: 0 }], { outputs });
}

/** A transaction that spends without signatures, for chains in memory: only a node would mind. */
export function spendingTransaction({ spends, ...plan }: SpendPlan): Transaction {
  return unsigned(
    spends.map(({ transaction, index = 0, script }) => ({
      txid: transaction.txid,
      index,
      ...(script === undefined ? {} : { script }),
    })),
    plan,
  );
}

/** Finds the funding transactions of operations, among blocks and among transactions that are in none. */
export function fundingAmong(
  blocks: readonly Pick<BuiltBlock, 'bytes'>[],
  others: readonly Transaction[] = [],
): (txid: Txid) => Transaction | undefined {
  const mined = blocks.flatMap(({ bytes }) => parseBlock(bytes).transactions);
  const known = new Map([...mined, ...others].map((transaction) => [transaction.txid, transaction]));
  return (wanted) => known.get(wanted);
}

function unsigned(
  spent: readonly (Pick<Transaction['inputs'][number], 'txid' | 'index'> & { readonly script?: Uint8Array })[],
  { outputs, version = 2, locktime = 0 }: Omit<SpendPlan, 'spends'>,
): Transaction {
  const bytes = serializeTransaction({
    version,
    inputs: spent.map((input) => ({ script: new Uint8Array(0), ...input, sequence: 0xffffffff, witness: [] })),
    outputs: outputs.map(({ value, script }) => ({ value: value as Sats, script })),
    locktime,
  });
  return parseTransaction(bytes);
}
