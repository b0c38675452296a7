import { deliver, type Source, type Told, type Wish } from '@virtualchain/subscriptions';
import type { Sink } from './sink.ts';
import { GatewayStopping } from './stream-ended.ts';

/** What a subscriber is served with. */
export interface Serving {
  readonly source: Source;
  readonly wish: Wish;
  /** Told before everything else. */
  readonly first: readonly Told[];
  /** Fires when the gateway ends. */
  readonly signal: AbortSignal;
  /** Fires, with the reason, when the subscriber may not hear any more. */
  readonly gone: AbortSignal | null;
  readonly heartbeatMs: number;
  /** Hears what was sent. */
  readonly onSent: (entries: number) => void;
}

/** How a subscription ended: null where the subscriber left. */
export type Ended = Error | null;

/** Serves one subscriber until it leaves, the stream ends, or the gateway does. The sink stays open: the caller says why it ends. */
export async function serveSubscriber(sink: Sink, serving: Serving): Promise<Ended> {
  const { source, wish, first, signal, gone, heartbeatMs, onSent } = serving;
  const stop = AbortSignal.any([signal, sink.closed, ...(gone === null ? [] : [gone])]);
  let at = wish.after;
  let [lastSent, isSending] = [performance.now(), false];
  const heartbeat = setInterval(() => {
    if (isSending || performance.now() - lastSent < heartbeatMs) return;
    sink.say('heartbeat', at, JSON.stringify({ tip: source.tip, cursor: at }));
    lastSent = performance.now();
  }, heartbeatMs / 4);
  const send = async (told: readonly Told[]): Promise<void> => {
    isSending = true;
    await sink.send(told);
    [lastSent, isSending] = [performance.now(), false];
    onSent(told.length);
  };
  try {
    if (first.length > 0) await send(first);
    for await (const { told, cursor } of deliver(source, wish, stop)) {
      if (told.length > 0) await send(told);
      at = cursor;
    }
    if (sink.closed.aborted) return null;
    if (gone?.aborted) return gone.reason as Error;
    return new GatewayStopping('the gateway stops; connect again with your cursor');
  } catch (error) {
    return sink.closed.aborted ? null : (error as Error);
  } finally {
    clearInterval(heartbeat);
  }
}
