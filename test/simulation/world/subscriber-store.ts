import type { Cursor } from '@virtualchain/operation-log';

/** What a subscriber was told, in its order; what it took back by itself included. */
export interface SubscriberEvent {
  readonly kind: 'connected' | 'disconnected';
  readonly height: number;
  readonly hash: string;
  readonly previousHash: string;
  readonly operations: readonly {
    readonly txid: string;
    readonly transactionIndex: number;
    readonly payload: string;
  }[];
}

export interface Kept {
  readonly event: SubscriberEvent;
  readonly cursor: Cursor;
  readonly fromSequence: number;
}

/** What a subscriber stores; survives the process. */
export interface SubscriberStore {
  cursor: Cursor | null;
  readonly branch: Kept[];
  readonly events: SubscriberEvent[];
}

export const emptyStore = (): SubscriberStore => ({ cursor: null, branch: [], events: [] });
