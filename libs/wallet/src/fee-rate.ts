import { decimalText, satsOfBtc } from '@virtualchain/bitcoin';
import { type NodeRpc, NodeRpcError } from '@virtualchain/node-client';
import { WalletRefused } from './errors.ts';

/** Satoshis per 1,000 virtual bytes, as nodes count: a whole number, also for rates below one satoshi per byte. */
export type FeeRate = bigint;

/** Between which a fee rate is taken without a question. Nodes say themselves what is too little for them. */
export const feeRateMin: FeeRate = 1n;
export const feeRateMax: FeeRate = 500_000n;
const CONFIRM_WITHIN_BLOCKS = 2;
/** Of a rate in satoshis per virtual byte. */
export const FEE_RATE_PLACES = 3;

/** A fee rate, and who named it. */
export interface KnownFeeRate {
  readonly rate: FeeRate;
  readonly source: 'given' | 'node' | 'fallback';
}

/**
 * The rate that was given, else the node's estimate for two blocks, else the fallback.
 *
 * @throws WalletRefused FEE_RATE_UNKNOWN without an estimate and a fallback, FEE_RATE_OUT_OF_BOUNDS.
 */
export async function feeRate(
  rpc: NodeRpc,
  given: { readonly rate?: FeeRate; readonly fallback?: FeeRate },
): Promise<KnownFeeRate> {
  if (given.rate !== undefined) return { rate: bounded(given.rate, 'the given fee rate'), source: 'given' };
  const estimate = await askEstimate(rpc);
  if (estimate !== null) return { rate: bounded(estimate, `the estimate of ${rpc.label}`), source: 'node' };
  if (given.fallback === undefined) {
    throw new WalletRefused(
      'FEE_RATE_UNKNOWN',
      `${rpc.label} has no estimate; give --fee-rate or --fee-rate-fallback, in satoshis per virtual byte`,
    );
  }
  return { rate: bounded(given.fallback, 'the fallback fee rate'), source: 'fallback' };
}

/** For people: satoshis per virtual byte. */
export function feeRateText(rate: FeeRate): string {
  return decimalText(rate, FEE_RATE_PLACES);
}

function bounded(rate: FeeRate, what: string): FeeRate {
  if (rate < feeRateMin || rate > feeRateMax) {
    const [is, min, max] = [rate, feeRateMin, feeRateMax].map(feeRateText);
    throw new WalletRefused(
      'FEE_RATE_OUT_OF_BOUNDS',
      `${what} is ${is} satoshis per virtual byte; from ${min} to ${max} are taken, give --fee-rate`,
    );
  }
  return rate;
}

/** Null when the node has none; a failure of the call itself is an error. Bitcoins per 1,000 virtual bytes. */
async function askEstimate(rpc: NodeRpc): Promise<FeeRate | null> {
  try {
    const answer = (await rpc.call('estimatesmartfee', CONFIRM_WITHIN_BLOCKS)) as { readonly feerate?: unknown } | null;
    const said = answer?.feerate;
    if (said === undefined || said === null) return null;
    const rate = satsOfBtc(String(said));
    return rate === null || rate === 0n ? null : rate;
  } catch (error) {
    if (error instanceof NodeRpcError) return null;
    throw error;
  }
}
