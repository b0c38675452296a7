import type { Invariant } from '../run/violation.ts';
import type { SubscriberEvent } from '../world/subscriber-store.ts';

/** What a run left behind, as the checker reads it. */

/** A block of the winning branch, from the node; scripts are those of the outputs, in order. */
export interface RawBlock {
  readonly height: number;
  readonly hash: string;
  readonly previousHash: string;
  readonly transactions: readonly { readonly txid: string; readonly scripts: readonly Uint8Array[] }[];
}

export interface BlockHashes {
  readonly height: number;
  readonly hash: string;
  readonly opsHash: string;
  readonly consensusHash: string;
  readonly changesHash: string;
}

/** What a projection holds, and what the oracle says that it should. `tables` are rows as text, sorted. */
export interface Dump {
  readonly blocks: readonly BlockHashes[];
  readonly operations: readonly { readonly block: string; readonly txid: string; readonly verdict: string }[];
  readonly tables: Readonly<Record<string, readonly string[]>>;
}

export interface FeedLine {
  readonly kind: 'connected' | 'operation' | 'sealed' | 'disconnected';
  readonly hash: string;
  readonly txid: string | null;
}

export interface Evidence {
  readonly magic: string;
  readonly firstBlock: number;
  /** From the chain's first block to the tip. */
  readonly winning: readonly RawBlock[];
  /** Value bytes of what is committed, in the order of the offsets. */
  readonly records: readonly Uint8Array[];
  /** Whether the block had to leave by the time its disconnect was written. */
  readonly hadToLeave: (hash: string, record: Uint8Array) => boolean;
  readonly projections: readonly {
    readonly name: string;
    readonly dump: Dump;
    readonly oracle: Dump;
    readonly feed: readonly FeedLine[];
  }[];
  readonly subscribers: readonly { readonly name: string; readonly told: readonly SubscriberEvent[] }[];
}

export interface Counted {
  readonly blocks: number;
  readonly operations: number;
  readonly reorgs: number;
  readonly deepest: number;
  readonly writers: number;
}

export interface Operation {
  readonly txid: string;
  readonly transactionIndex: number;
  readonly payload: string;
}

export interface LogBlock {
  readonly height: number;
  readonly hash: string;
  readonly operations: Operation[];
}

export type Say = (invariant: Invariant, what: string) => void;

export const short = (hash: string): string => hash.slice(0, 12);
