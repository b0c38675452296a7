import type { AccountRow } from '../collections.ts';
import { balanceOf, STACKS } from '../rules/accounts.ts';
import { type HistoryEntry, historyPage } from './history.ts';
import type { BnsView } from './view.ts';

/** Units that an address ever held, in bytewise order: `get_account_tokens`. */
export async function accountTokens(view: BnsView, address: string): Promise<readonly string[]> {
  return (await accountsAt(view, address)).map(({ unit }) => unit);
}

/** The accounts of an address, one a unit: `get_account_at`. */
export async function accountsAt({ reading }: BnsView, address: string): Promise<readonly AccountRow[]> {
  const accounts: AccountRow[] = [];
  for await (const account of reading.state.accounts.all({ equal: { address } })) accounts.push(account);
  return accounts;
}

/** Null for an account that never was: `get_account_record`. */
export function accountRecord({ reading }: BnsView, address: string, unit = STACKS): Promise<AccountRow | null> {
  return reading.state.accounts.get({ address, unit });
}

/** Micro-Stacks, or whatever the unit counts; 0 for an account that never was: `get_account_balance`. */
export async function accountBalance(view: BnsView, address: string, unit = STACKS): Promise<bigint> {
  const account = await accountRecord(view, address, unit);
  return account === null ? 0n : balanceOf(account);
}

/**
 * A page of an account's records, newest first: `get_account_history`, pages from 0. One a block; what vesting credited
 * has no operation.
 */
export function accountHistory(
  { reading }: BnsView,
  address: string,
  { page = 0, unit = STACKS }: { readonly page?: number; readonly unit?: string } = {},
): Promise<readonly HistoryEntry<AccountRow>[]> {
  return historyPage(reading.state.accounts, { address, unit }, page);
}
