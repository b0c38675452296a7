import type { Clock } from '@virtualchain/kernel';

/** What a gateway says where nothing else happens. */
export interface Heartbeat {
  /** The newest block of the gateway; null where there is none yet. */
  readonly tip: { readonly height: number; readonly hash: string } | null;
  /** It moves on though a filter lets nothing through: worth storing where much is filtered out. */
  readonly cursor: string | null;
}

/** Where a subscription begins, what it brings, and how long it lasts. */
export interface SubscriptionOptions {
  /** The address of a gateway, such as `https://gateway.example`. */
  readonly gateway: string;
  /** A token of the gateway, `vct_…`, with the scopes `read` and `subscribe`; none where it asks for none. */
  readonly token?: string | undefined;
  /** The virtual chain, by its name. */
  readonly chain: string;
  /** Go on behind this: a cursor, or the hash of a block. It comes before `from`. */
  readonly after?: string | null;
  /** Where to begin: `now` (when absent), `start`, a height, or a block's hash; that block is the first one. */
  readonly from?: 'now' | 'start' | number | (string & {});
  /** `name=claim and (verdict=rejected or sender="…")`; the gateway names what is wrong with it. */
  readonly filter?: string;
  /** False leaves out what only says that a block came. */
  readonly blocks?: boolean;
  /** Bring nothing before its block is so deep; the newest block has 1. */
  readonly confirmations?: number;
  /** Blocks that you had before `after`, oldest first, to go on from where the gateway no longer knows that cursor. */
  readonly known?: readonly { readonly height: number; readonly hash: string }[];
  /** Ends the iteration without an error. */
  readonly signal?: AbortSignal;
  /** End at the end of what there is instead of waiting for more. */
  readonly untilEnd?: boolean;
  /** Server-sent events when absent. */
  readonly transport?: 'sse' | 'websocket';
  /** A stream that brings nothing for so long is opened again; 45 s when absent, three heartbeats. */
  readonly silenceMs?: number;
  /** Called with failures that are being retried. */
  readonly onRetry?: (error: unknown) => void;
  /** Called when the gateway says that nothing else happened. */
  readonly onHeartbeat?: (heartbeat: Heartbeat) => void;
  /** How waits are waited out: by the wall's clock when absent. */
  readonly clock?: Pick<Clock, 'sleep'>;
}

type Query = Readonly<Record<string, string | number | boolean | undefined | null>>;

/** An address of a gateway: a path below its own, and what stands behind the `?`. @throws TypeError for no address */
export function addressOf(gateway: string, path: string, query: Query = {}): URL {
  const address = new URL(gateway);
  address.pathname = `${address.pathname.replace(/\/+$/, '')}${path}`;
  address.search = '';
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null) address.searchParams.set(name, String(value));
  return address;
}
