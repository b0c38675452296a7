import type { Told } from '@virtualchain/subscriptions';
import { SlowReader } from './stream-ended.ts';

/** What a subscriber is sent over. */
export interface Sink {
  /** Fires when the other side is gone. */
  readonly closed: AbortSignal;
  /** Sends entries; resolves when they are taken. @throws SlowReader where nothing is taken for too long */
  send(told: readonly Told[]): Promise<void>;
  /** Sends something else than an entry, without waiting. `id` is a cursor. */
  say(event: 'heartbeat' | 'end', id: string | null, data: string): void;
  /** Ends the connection; `code` is that of a WebSocket. */
  close(code: number): void;
}

/** Waits for `taken`. @throws SlowReader where it takes so long */
export function withinLimit(taken: Promise<void>, ms: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new SlowReader(`nothing was taken for ${ms / 1_000} s`)), ms);
  taken.then(resolve, reject);
  return promise.finally(() => clearTimeout(timer));
}
