import { coinbaseMaturityBlocks, NULL_TXID, type Transaction } from '@virtualchain/bitcoin';
import { BLOCK_WEIGHT_MAX, MONEY_MAX, WITNESS_SCALE } from '../limits.ts';
import {
  LOCK_TIME_THRESHOLD,
  SEQUENCE_DISABLED,
  SEQUENCE_FINAL,
  SEQUENCE_IS_TIME,
  SEQUENCE_MASK,
} from '../script/locks.ts';
import { type Coin, outpointOf } from './coins.ts';

const SIGN_BIT = 2n ** 63n;

/** What is wrong with a transaction wherever it stands, by the name that Core has for it; null when nothing is. */
export function transactionProblem(transaction: Transaction): string | null {
  const { inputs, outputs, strippedLength, isCoinbase } = transaction;
  if (inputs.length === 0) return 'bad-txns-vin-empty';
  if (outputs.length === 0) return 'bad-txns-vout-empty';
  if (strippedLength * WITNESS_SCALE > BLOCK_WEIGHT_MAX) return 'bad-txns-oversize';
  let total = 0n;
  for (const { value } of outputs) {
    if (value >= SIGN_BIT) return 'bad-txns-vout-negative';
    if (value > MONEY_MAX) return 'bad-txns-vout-toolarge';
    total += value;
    if (total > MONEY_MAX) return 'bad-txns-txouttotal-toolarge';
  }
  if (new Set(inputs.map(outpointOf)).size < inputs.length) return 'bad-txns-inputs-duplicate';
  if (isCoinbase) {
    const { length } = inputs[0]?.script ?? [];
    return length < 2 || length > 100 ? 'bad-cb-length' : null;
  }
  return inputs.some(({ txid, index }) => txid === NULL_TXID && index === 0xffffffff) ? 'bad-txns-prevout-null' : null;
}

/** Three times the stripped bytes and all bytes (BIP141). */
export function weightOf({ strippedLength, bytes }: Transaction): number {
  return strippedLength * (WITNESS_SCALE - 1) + bytes.length;
}

/** Whether a block of this height, on blocks of this median time, may hold the transaction (BIP113). */
export function isFinal({ locktime, inputs }: Transaction, height: number, medianTime: number): boolean {
  if (locktime === 0 || locktime < (locktime < LOCK_TIME_THRESHOLD ? height : medianTime)) return true;
  return inputs.every(({ sequence }) => sequence === SEQUENCE_FINAL);
}

/** Where a transaction stands, or would stand. */
export interface Place {
  /** Of the block that holds it. */
  readonly height: number;
  /** The median time of the blocks below it. */
  readonly medianTime: number;
  /** The median time of the eleven blocks that end at a height. */
  readonly medianTimeAt: (height: number) => number;
}

/** Whether each input is as deep as its sequence wants (BIP68). */
export function meetsRelativeLocks({ version, inputs }: Transaction, spent: readonly Coin[], place: Place): boolean {
  if (version < 2) return true;
  return inputs.every(({ sequence }, index) => {
    const coin = spent[index];
    if (sequence >= SEQUENCE_DISABLED || coin === undefined) return true;
    const wanted = sequence & SEQUENCE_MASK;
    if ((sequence & SEQUENCE_IS_TIME) === 0) return place.height >= coin.height + wanted;
    return place.medianTime >= place.medianTimeAt(Math.max(coin.height - 1, 0)) + wanted * 512;
  });
}

/** What is wrong with what a transaction spends, or the fee that it pays, in satoshis. */
export function spendingProblem(
  { outputs }: Transaction,
  spent: readonly Coin[],
  height: number,
): { readonly problem: string } | { readonly fee: bigint } {
  const isImmature = spent.some((coin) => coin.isCoinbase && height - coin.height < coinbaseMaturityBlocks);
  if (isImmature) return { problem: 'bad-txns-premature-spend-of-coinbase' };
  const total = spent.reduce((sum, { output }) => sum + output.value, 0n);
  const paid = outputs.reduce((sum, { value }) => sum + value, 0n);
  return total < paid ? { problem: 'bad-txns-in-belowout' } : { fee: total - paid };
}
