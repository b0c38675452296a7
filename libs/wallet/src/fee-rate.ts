import { type NodeRpc, NodeRpcError } from '@virtualchain/node-client';
import { WalletRefused } from './errors.ts';

/** Satoshis per virtual byte between which a fee rate is taken without a question. */
export const feeRateMin = 1;
export const feeRateMax = 500;
const SATS_PER_BTC = 100_000_000;
const CONFIRM_WITHIN_BLOCKS = 2;
const BYTES_PER_KVB = 1_000;

/**
 * Satoshis per virtual byte: what was given, else the node's estimate for two blocks, else the fallback.
 *
 * @throws WalletRefused FEE_RATE_UNKNOWN without an estimate and a fallback, FEE_RATE_OUT_OF_BOUNDS.
 */
export async function feeRate(
  rpc: NodeRpc,
  given: { readonly rate?: number; readonly fallback?: number },
): Promise<{ readonly rate: number; readonly source: 'given' | 'node' | 'fallback' }> {
  if (given.rate !== undefined) return { rate: bounded(given.rate, 'the given fee rate'), source: 'given' };
  const estimate = await estimateOf(rpc);
  if (estimate !== null) return { rate: bounded(estimate, `the estimate of ${rpc.label}`), source: 'node' };
  if (given.fallback === undefined) {
    throw new WalletRefused(
      'FEE_RATE_UNKNOWN',
      `${rpc.label} has no estimate; give --fee-rate or --fee-rate-fallback, in satoshis per virtual byte`,
    );
  }
  return { rate: bounded(given.fallback, 'the fallback fee rate'), source: 'fallback' };
}

function bounded(rate: number, what: string): number {
  if (!Number.isFinite(rate) || rate < feeRateMin || rate > feeRateMax) {
    throw new WalletRefused(
      'FEE_RATE_OUT_OF_BOUNDS',
      `${what} is ${rate} satoshis per virtual byte; from ${feeRateMin} to ${feeRateMax} are taken, give --fee-rate`,
    );
  }
  return Math.ceil(rate);
}

/** Null when the node has none; a failure of the call itself is an error. */
async function estimateOf(rpc: NodeRpc): Promise<number | null> {
  try {
    const answer = (await rpc.call('estimatesmartfee', CONFIRM_WITHIN_BLOCKS)) as { readonly feerate?: unknown } | null;
    const perKvb = Number(answer?.feerate);
    return Number.isFinite(perKvb) && perKvb > 0 ? (perKvb * SATS_PER_BTC) / BYTES_PER_KVB : null;
  } catch (error) {
    if (error instanceof NodeRpcError) return null;
    throw error;
  }
}
