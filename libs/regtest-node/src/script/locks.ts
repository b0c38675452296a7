import type { TransactionInput } from '@virtualchain/bitcoin';
import type { Spend } from './spend.ts';

/** Lock times below are heights, from it on Unix seconds. */
export const LOCK_TIME_THRESHOLD = 500_000_000;
export const SEQUENCE_FINAL = 0xffffffff;
export const SEQUENCE_DISABLED = 2 ** 31;
export const SEQUENCE_IS_TIME = 2 ** 22;
export const SEQUENCE_MASK = 0xffff;

/** Whether the transaction is locked at least as long as its script wants (BIP65). */
export function meetsLockTime({ transaction, index }: Spend, wanted: number): boolean {
  const { locktime, inputs } = transaction;
  const isSameKind = locktime < LOCK_TIME_THRESHOLD === wanted < LOCK_TIME_THRESHOLD;
  return isSameKind && wanted <= locktime && (inputs[index] as TransactionInput).sequence !== SEQUENCE_FINAL;
}

/** Whether the input is locked at least as long after its coin as its script wants (BIP112). */
export function meetsSequence({ transaction, index }: Spend, wanted: number): boolean {
  const { sequence } = transaction.inputs[index] as TransactionInput;
  if (transaction.version < 2 || sequence >= SEQUENCE_DISABLED) return false;
  const [ours, theirs] = [sequence, wanted].map((value) => value & (SEQUENCE_IS_TIME | SEQUENCE_MASK)) as [
    number,
    number,
  ];
  return ours < SEQUENCE_IS_TIME === theirs < SEQUENCE_IS_TIME && theirs <= ours;
}
