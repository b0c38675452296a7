import { concatBytes, type Transaction } from '@virtualchain/bitcoin';
import type { VirtualChain } from '@virtualchain/protocol';
import { coinTransaction, dataScript, type PlannedOutput, spendingTransaction } from '@virtualchain/testing';
import type { Person } from './people.ts';

/** A transaction as it is drawn. */
export interface Plan {
  /** What it was drawn for: the sequences are told apart by it. */
  readonly why: string;
  /** Spent in this order; the first is the sender. */
  readonly by: readonly Person[];
  /** One character; none for a transaction with nothing behind the magic. */
  readonly opcode: string;
  readonly payload: Uint8Array;
  /** Behind the output with the payload. */
  readonly outputs: readonly PlannedOutput[];
}

export const dust = 5_500n;
export const pays = ({ script }: Person, value: bigint = dust): PlannedOutput => ({ script, value });

const coinValue = 20_000_000_0000_0000n;
const utf8 = new TextEncoder();

/** The transaction of a plan, and the coins that it spends. Equal salts make equal transactions. */
export function transactionOf(
  { magic }: VirtualChain,
  { by, opcode, payload, outputs }: Plan,
  salt: string,
): { readonly bytes: Uint8Array; readonly coins: readonly Transaction[] } {
  const coins = by.map(({ script }, index) => coinTransaction([{ value: coinValue, script }], `${salt} ${index}`));
  const data = dataScript(concatBytes(magic, utf8.encode(opcode), payload));
  const { bytes } = spendingTransaction({
    spends: coins.map((transaction, index) => ({ transaction, script: by[index]?.inputScript ?? new Uint8Array(0) })),
    outputs: [{ value: 0n, script: data }, ...outputs],
  });
  return { bytes, coins };
}
