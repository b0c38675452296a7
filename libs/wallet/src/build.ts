import {
  concatBytes,
  parseTransaction,
  pushBytes,
  sats,
  type Transaction,
  type TransactionFields,
  type TransactionOutput,
} from '@virtualchain/bitcoin';
import type { Account } from './account.ts';
import { chooseCoins } from './choose-coins.ts';
import type { Coin } from './coins.ts';
import { WalletRefused } from './errors.ts';
import { type FeeRate, feeRateText } from './fee-rate.ts';
import { signTransaction } from './sign-transaction.ts';

const OP_RETURN = 0x6a;
const TRANSACTION_VERSION = 2;
/** Signals that a higher fee may take the transaction's place. */
const REPLACEABLE = 0xfffffffd;
/** Below it nodes call an output dust. */
const changeSatsMin = 546n;
/** Of an output beside its script: value and length. */
const outputFixedBytes = 9;
const BYTES_PER_KVB = 1_000n;
/** Signing again may lengthen a signature by a byte, and that may happen again. */
const SIGNINGS_MAX = 8;

/** What is sent, by whom, and paid with which coins. */
export interface OperationPlan {
  readonly account: Account;
  readonly coins: readonly Coin[];
  /** Magic, opcode and payload: what the OP_RETURN output pushes. */
  readonly data: Uint8Array;
  readonly feeRate: FeeRate;
  /** Outputs after the operation, before the change. */
  readonly outputs?: readonly TransactionOutput[];
  /**
   * Which output the change is, for rules that count outputs: there is always one then. When absent it is the last one,
   * where it is no dust.
   */
  readonly changeIndex?: number;
  /** Why other coins of the account are not among these, for the message when these are too few. */
  readonly leftOut?: string;
}

/** A signed transaction, and what it costs in satoshis. */
export interface BuiltOperation {
  readonly transaction: Transaction;
  readonly bytes: Uint8Array;
  readonly spent: readonly Coin[];
  readonly fee: bigint;
  /** Satoshis that come back; 0 when they would be dust and went to the fee. */
  readonly change: bigint;
  readonly virtualBytes: number;
}

/** The script of an operation's output: OP_RETURN and one minimal push. */
export function operationScript(data: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(OP_RETURN), pushBytes(data));
}

/**
 * Chooses coins, adds change where it is no dust, and signs. The operation is the first output. The fee is what the rate
 * asks for the transaction as it was signed; selection, which knows only kinds of inputs, may have counted less.
 *
 * @throws WalletRefused COINS_MISSING, InputUnsignable
 */
export function buildOperation(plan: OperationPlan): BuiltOperation {
  const { account, coins, data, feeRate, outputs = [], changeIndex } = plan;
  const wanted: readonly TransactionOutput[] = [{ value: sats(0n), script: operationScript(data) }, ...outputs];
  const kept = changeIndex === undefined ? 0n : changeSatsMin;
  const paid = kept === 0n ? wanted : [...wanted, { value: sats(kept), script: account.script }];
  const choice = chooseCoins(account, coins, paid, feeRate);
  if (choice === null) throw tooFew(plan, sumOf(paid));
  const { spent, left } = choice;
  // Selection counted two outputs of change where the kept one takes what is left: the second one's fee comes back.
  const second = BigInt(outputFixedBytes + account.script.length) * feeRate;
  const saved = kept > 0n && left > 0n ? second / BYTES_PER_KVB : 0n;
  let built = sign(plan, wanted, spent, kept + left + saved);
  for (let signings = 1; signings < SIGNINGS_MAX; signings += 1) {
    const shortage = feeFor(feeRate, built.virtualBytes) - built.fee;
    if (shortage <= 0n || built.change - shortage < changeSatsMin) break;
    built = sign(plan, wanted, spent, built.change - shortage);
  }
  return built;
}

function sign(
  { account, changeIndex }: OperationPlan,
  wanted: readonly TransactionOutput[],
  spent: readonly Coin[],
  change: bigint,
): BuiltOperation {
  const changeOutput = change > 0n ? [{ value: sats(change), script: account.script }] : [];
  const unsigned: TransactionFields = {
    version: TRANSACTION_VERSION,
    locktime: 0,
    inputs: spent.map(({ txid, index }) => ({
      txid,
      index,
      script: new Uint8Array(0),
      sequence: REPLACEABLE,
      witness: [],
    })),
    outputs: wanted.toSpliced(changeIndex ?? wanted.length, 0, ...changeOutput),
  };
  const bytes = signTransaction(unsigned, spent, account.keyring);
  const transaction = parseTransaction(bytes);
  const virtualBytes = Math.ceil((3 * transaction.strippedLength + bytes.length) / 4);
  return { transaction, bytes, spent, fee: sumOf(spent) - sumOf(unsigned.outputs), change, virtualBytes };
}

function feeFor(feeRate: FeeRate, virtualBytes: number): bigint {
  return (feeRate * BigInt(virtualBytes) + BYTES_PER_KVB - 1n) / BYTES_PER_KVB;
}

function sumOf(outputs: readonly TransactionOutput[]): bigint {
  return outputs.reduce((sum, { value }) => sum + value, 0n);
}

function tooFew({ account, coins, feeRate, leftOut }: OperationPlan, sent: bigint): WalletRefused {
  const total = sumOf(coins);
  const has =
    coins.length === 0
      ? 'has no coins that can be spent'
      : `has ${count(total, 'satoshi')} in ${count(coins.length, 'coin')}`;
  const others = leftOut === undefined ? '' : ` (${leftOut})`;
  const cost = `${sent === 0n ? '' : `${count(sent, 'satoshi')} and `}the fee, ${feeRateText(feeRate)} satoshis per virtual byte`;
  const why = coins.length === 0 ? `it has to pay ${cost}` : `too few for ${cost}`;
  return new WalletRefused('COINS_MISSING', `${account.address} ${has}${others}; ${why}`);
}

function count(amount: bigint | number, what: string): string {
  return `${amount} ${what}${BigInt(amount) === 1n ? '' : 's'}`;
}
