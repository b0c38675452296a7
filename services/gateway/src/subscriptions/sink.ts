import type { Told } from './unit.ts';

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

/** Waits for `taken`; whoever takes nothing for so long is let go. */
export function withinLimit(taken: Promise<void>, ms: number, refuse: () => Error): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(refuse()), ms);
  taken.then(resolve, reject);
  return promise.finally(() => clearTimeout(timer));
}
