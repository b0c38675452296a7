import { ExpectedError } from '@virtualchain/kernel';
import type { Transaction } from './transaction.ts';

/**
 * The original's fee of a transaction: `rate` satoshis for each virtual byte, a quarter of three times the stripped
 * bytes and all bytes, rounded down. Marker and flag of segwit count as stripped, as they did there.
 */
export function transactionFee({ bytes, strippedLength, isSegwit }: Transaction, rate: bigint): bigint {
  const base = BigInt(isSegwit ? strippedLength + 2 : bytes.length);
  return (rate * (3n * base + BigInt(bytes.length))) / 4n;
}

/** The inputs do not pay for what is to be sent and the fee. */
export class FundsInsufficient extends ExpectedError {
  override readonly name = 'FundsInsufficient';
  readonly code = 'FUNDS_INSUFFICIENT';
  readonly remedy = 'halt';

  constructor(inputs: bigint, wanted: bigint) {
    super(`inputs of ${inputs} satoshis do not pay ${wanted}`);
  }
}

/** What is left of the inputs. @throws FundsInsufficient */
export function changeOf(inputs: readonly bigint[], send: bigint, fee: bigint): bigint {
  const total = inputs.reduce((sum, value) => sum + value, 0n);
  if (total < send + fee) throw new FundsInsufficient(total, send + fee);
  return total - send - fee;
}
