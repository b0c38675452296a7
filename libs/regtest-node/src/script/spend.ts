import type { Transaction, TransactionOutput } from '@virtualchain/bitcoin';

/** By what a script is judged: what blocks may hold, or the narrower rules of what is relayed. */
export type Strictness = 'consensus' | 'standard';

/** One input of a transaction, and what is needed to judge it. */
export interface Spend {
  readonly transaction: Transaction;
  readonly index: number;
  /** What each input of the transaction spends, in their order. */
  readonly spent: readonly TransactionOutput[];
  readonly strictness: Strictness;
}
