import { bytesToHex, doubleSha256 } from '@virtualchain/bitcoin';
import { type Rejected, rejected } from '@virtualchain/machine';
import type { AccountRow, BnsState } from '../collections.ts';
import type { BnsParameters } from '../parameters.ts';
import type { Sent } from '../transaction.ts';
import { isRejected } from './rejected.ts';

/** The unit of tokens. */
export const STACKS = 'STACKS';

/** What an account holds, in micro-Stacks. */
export const balanceOf = ({ credit, debit }: AccountRow): bigint => credit - debit;

/** Where an account row comes from: an operation, or the synthetic transaction of a genesis row or a vesting. */
type Cause = Pick<Sent, 'height' | 'txid' | 'vtxindex'>;

function causedBy({ height, txid, vtxindex }: Cause) {
  return { block_number: height, txid, vtxindex };
}

/** The account, or that there is none. */
export async function readAccount(
  { accounts }: BnsState,
  address: string,
  unit: string,
): Promise<AccountRow | Rejected> {
  const account = unit === '' ? null : await accounts.get({ address, unit });
  return account ?? rejected('ACCOUNT_UNKNOWN', `${address} has no account in ${JSON.stringify(unit)}`);
}

/** The account, where it can pay the amount, or why not. */
export function able(account: AccountRow, amount: bigint): AccountRow | Rejected {
  const balance = balanceOf(account);
  if (balance >= amount) return account;
  return rejected('BALANCE_TOO_SMALL', `${account.address} has ${balance} of the ${amount} ${account.unit} to pay`);
}

/** The account that can pay the amount, or why not. */
export async function payingAccount(
  state: BnsState,
  address: string,
  unit: string,
  amount: bigint,
): Promise<AccountRow | Rejected> {
  const account = await readAccount(state, address, unit);
  return isRejected(account) ? account : able(account, amount);
}

/** Takes tokens out for good, or as the first half of a transfer. */
export async function debit({ accounts }: BnsState, account: AccountRow, amount: bigint, cause: Cause): Promise<void> {
  await accounts.put({ ...account, debit: account.debit + amount, ...causedBy(cause) });
}

/** Puts tokens in; an account that is not there is made. */
export async function credit(
  { accounts }: BnsState,
  { address, unit }: Pick<AccountRow, 'address' | 'unit'>,
  amount: bigint,
  cause: Cause,
): Promise<void> {
  const account = (await accounts.get({ address, unit })) ?? {
    address,
    unit,
    credit: 0n,
    debit: 0n,
    lock_transfer_block: 0,
    receive_whitelisted: true,
    metadata: '',
  };
  await accounts.put({ ...account, credit: account.credit + amount, ...causedBy(cause) });
}

/** The accounts that are there before the first block, and what will be credited to them. */
export async function openAccounts({ genesisAccounts }: BnsParameters, state: BnsState, height: number): Promise<void> {
  for (const account of genesisAccounts) {
    const { address, unit, value, metadata } = account;
    await state.accounts.put({
      address,
      unit,
      credit: value,
      debit: 0n,
      lock_transfer_block: account.lockTransferBlock,
      receive_whitelisted: account.isReceiveWhitelisted,
      metadata,
      ...causedBy({ height, txid: syntheticTxid(`${address} genesis ${metadata}`), vtxindex: 0 }),
    });
    for (const due of account.vesting)
      await state.vesting.put({ address, unit, height: due.height, amount: due.amount });
  }
}

/** Credits what is due at a height, before its operations: it can be spent in that block. */
export async function vest(state: BnsState, height: number): Promise<void> {
  for await (const { address, unit, amount } of state.vesting.by('due', { height })) {
    const txid = syntheticTxid(`${address} vesting ${unit} ${amount} at ${height}`);
    await credit(state, { address, unit }, amount, { height, txid, vtxindex: 0 });
  }
}

function syntheticTxid(text: string): string {
  return bytesToHex(doubleSha256(new TextEncoder().encode(text)));
}
