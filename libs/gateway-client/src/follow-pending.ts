import type { PendingEntry } from './entries.ts';
import type { SubscriptionOptions } from './subscription/options.ts';
import { subscribe } from './subscription/subscribe.ts';

/** A subscription to the operations of a machine that are in no block yet. */
export interface PendingOptions
  extends Omit<SubscriptionOptions, 'from' | 'blocks' | 'confirmations' | 'known' | 'onHeartbeat'> {
  /** The machine, by its name. */
  readonly machine: string;
}

const KINDS: ReadonlySet<string> = new Set<PendingEntry['kind']>([
  ...(['pending.begun', 'pending.judged', 'pending.replaced'] as const),
  ...(['pending.dropped', 'pending.confirmed'] as const),
]);

/**
 * Follows what waits to be mined over a gateway: each operation as the machine would judge it in the next block, and what becomes of
 * it. Begins with `pending.begun` and what waits now, and so again where the gateway tells it anew: what was told before is void
 * then. None of it is certain; the feed is. A gateway that does not answer, or does not serve it, is waited for. It ends only
 * with `signal`, or with `untilEnd`.
 *
 * @throws GatewayRefused where the gateway does not take the question (its `code` says why), NotAGateway
 */
export function followPending({ machine, ...options }: PendingOptions): AsyncGenerator<PendingEntry> {
  const path = `/v1/chains/${encodeURIComponent(options.chain)}/machines/${encodeURIComponent(machine)}/pending`;
  return subscribe(
    { ...options, from: 'start' },
    {
      path,
      read: (kind, data, cursor) => (KINDS.has(kind) ? { ...(data as PendingEntry), cursor } : null),
      stepOf: () => null,
      retractionOf: () => null,
      hasSameState: async () => true,
    },
  );
}
