import { INCREMENT_FEE_RATE, REPLACED_MAX } from '../limits.ts';
import type { Entries, Entry } from './entry.ts';
import { feeFor } from './standard.ts';

/** Why a transaction is not taken: the name that Core has for it, and more words. */
export interface Refusal {
  readonly reason: string;
  readonly detail?: string;
}

/** What wants to take the place of others. */
export interface Replacement {
  readonly entry: Entry;
  /** Entries that spend the same. */
  readonly conflicts: readonly Entry[];
  readonly ancestors: ReadonlySet<Entry>;
}

/**
 * Why a transaction may not replace those that it conflicts with, by the rules of Core without the need to signal: it pays
 * more per byte than each, more in all than they and their descendants, and for its own relaying besides; it spends
 * nothing unconfirmed that they did not.
 */
export function replacementProblem(entries: Entries, { entry, conflicts, ancestors }: Replacement): Refusal | null {
  const { transaction, fee, virtualBytes } = entry;
  const { txid } = transaction;
  const spentConflict = conflicts.find((each) => ancestors.has(each));
  if (spentConflict !== undefined) {
    const detail = `${txid} spends conflicting transaction ${spentConflict.transaction.txid}`;
    return { reason: 'bad-txns-spends-conflicting-tx', detail };
  }
  const replaced = [...entries.withDescendants(conflicts)];
  if (replaced.length > REPLACED_MAX) {
    const detail = `rejecting replacement ${txid}; too many potential replacements (${replaced.length} > ${REPLACED_MAX})`;
    return { reason: 'too many potential replacements', detail };
  }
  const isBelow = conflicts.some((each) => fee * BigInt(each.virtualBytes) <= each.fee * BigInt(virtualBytes));
  if (isBelow)
    return { reason: 'insufficient fee', detail: `rejecting replacement ${txid}; new feerate is not above the old` };
  const known = new Set(conflicts.flatMap((each) => entries.parentsOf(each.transaction)));
  const added = entries.parentsOf(transaction).find((parent) => !known.has(parent));
  if (added !== undefined) {
    const detail = `replacement ${txid} adds unconfirmed input of ${added.transaction.txid}`;
    return { reason: 'replacement-adds-unconfirmed', detail };
  }
  const fees = replaced.reduce((sum, each) => sum + each.fee, 0n);
  if (fee < fees) {
    const detail = `rejecting replacement ${txid}, less fees than conflicting txs; ${fee} < ${fees} satoshis`;
    return { reason: 'insufficient fee', detail };
  }
  const forRelay = feeFor(INCREMENT_FEE_RATE, virtualBytes);
  if (fee - fees >= forRelay) return null;
  const detail = `rejecting replacement ${txid}, not enough additional fees to relay; ${fee - fees} < ${forRelay} satoshis`;
  return { reason: 'insufficient fee', detail };
}
