import type { AccountKind } from '@virtualchain/wallet';
import type { TransactionOptions } from '../../transaction-options.ts';

export interface SendingOptions extends TransactionOptions {
  /** Confirmations; 1 when none are given. */
  readonly wait?: string | true;
  /** Seconds. */
  readonly timeout: string;
  /** Send what the rules would not take. */
  readonly force?: boolean;
}

/** Accounts whose outputs the rules can read. */
export const senderKinds: readonly AccountKind[] = ['p2pkh', 'p2sh-multisig', 'p2sh-p2wpkh'];
