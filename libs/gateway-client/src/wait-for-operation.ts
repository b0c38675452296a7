import { isExpectedError } from '@virtualchain/kernel';
import { askJson } from './ask-json.ts';
import type { OperationEntry } from './entries.ts';
import { OperationNotSeen } from './errors.ts';
import { type FeedOptions, followFeed } from './follow-feed.ts';
import { patiently } from './patiently.ts';
import { addressOf } from './subscription/options.ts';

/** Where an operation is waited for, how deep, and how long. */
export interface WaitOptions
  extends Pick<
    FeedOptions,
    'gateway' | 'token' | 'chain' | 'machine' | 'transport' | 'silenceMs' | 'onRetry' | 'clock'
  > {
  /** How deep its block has to be; the newest block has 1, which is meant when absent. */
  readonly confirmations?: number;
  /** For ever when absent. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

type Patient = Omit<WaitOptions, 'signal' | 'timeoutMs'> & { readonly signal: AbortSignal };

/**
 * Waits for the operation of a transaction, mined already or yet to be, until its block is so deep. A block that is taken
 * back before does not count: the operation is waited for again, wherever it is mined then.
 *
 * @returns its entry, with the verdict of the machine
 * @throws OperationNotSeen when the time is over; GatewayRefused, NotAGateway; what `signal` was aborted with
 */
export async function waitForOperation(txid: string, options: WaitOptions): Promise<OperationEntry> {
  const { timeoutMs, signal: given, ...others } = options;
  const limit = timeoutMs === undefined ? null : AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([given, limit].filter((each) => each !== undefined && each !== null));
  try {
    while (!signal.aborted) {
      const found = await seen(txid, { ...others, signal });
      if (found !== null) return found;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  given?.throwIfAborted();
  throw new OperationNotSeen(
    `${txid} is in no block that is ${options.confirmations ?? 1} deep, after ${timeoutMs} ms; wait longer, or see whether it was sent`,
  );
}

/** What may change between two questions: the operation is looked for again. */
const OVERTAKEN: ReadonlySet<string> = new Set(['FEED_GONE', 'HEIGHT_OUT_OF_RANGE', 'BLOCK_NOT_ON_BRANCH']);

/** Null where another build went live, or its block was taken back, while it was looked for. */
async function seen(txid: string, options: Patient): Promise<OperationEntry | null> {
  try {
    const place = await placeOf(txid, options);
    for await (const entry of followFeed({ ...options, ...place, filter: `txid=${txid}`, blocks: false }))
      if ('operation' in entry && entry.operation.txid === txid) return entry;
    return null;
  } catch (error) {
    if (isExpectedError(error) && OVERTAKEN.has(error.code)) return null;
    throw error;
  }
}

/**
 * Where to begin: at the block that it is in, if it is in one, else behind what there is now. Now is asked for first, so that
 * nothing falls between.
 */
async function placeOf(txid: string, options: Patient): Promise<{ readonly from?: number; readonly after?: string }> {
  const { gateway, token, chain, machine, confirmations, signal } = options;
  const path = `/v1/chains/${encodeURIComponent(chain)}/machines/${encodeURIComponent(machine)}`;
  const now = addressOf(gateway, `${path}/feed`, { limit: 1, confirmations });
  const { cursor } = (await patiently(() => askJson(now, { signal, token }), options)) as {
    readonly cursor: string | null;
  };
  const asked = addressOf(gateway, `${path}/operations/${encodeURIComponent(txid)}`);
  const found = (await patiently(() => askJson(asked, { signal, token }), options).catch((error: unknown) => {
    if (isExpectedError(error) && error.code === 'NOT_FOUND') return null;
    throw error;
  })) as { readonly operation: { readonly height: number } } | null;
  if (found !== null) return { from: found.operation.height };
  return cursor === null ? {} : { after: cursor };
}
