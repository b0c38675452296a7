import type { AccountKind } from '@virtualchain/wallet';
import type { WaitingOptions } from '../../sending/waiting-options.ts';
import type { TransactionOptions } from '../../transaction-options.ts';

export interface SendingOptions extends TransactionOptions, WaitingOptions {}

/** Accounts whose outputs the rules can read. */
export const senderKinds: readonly AccountKind[] = ['p2pkh', 'p2sh-multisig', 'p2sh-p2wpkh'];
