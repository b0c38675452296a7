import type { WebSocket } from '@fastify/websocket';
import { onceEach, type Told } from '@virtualchain/subscriptions';
import { CLOSE_LIMIT_MS, MESSAGES_AHEAD_MAX } from '../limits.ts';
import { type Sink, withinLimit } from './sink.ts';

/** Messages over a WebSocket, one entry each. */
export function socketSink(socket: WebSocket, slowReaderMs: number): Sink {
  const gone = new AbortController();
  socket.on('close', () => gone.abort());
  socket.on('error', () => gone.abort());
  const post = (text: string | Buffer): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.send(text, { binary: false }, () => resolve()); // a failure closes the socket, which is what tells
    return promise;
  };
  return {
    closed: gone.signal,
    async send(told) {
      let last: Promise<void> = Promise.resolve();
      for (const [i, entry] of told.entries()) {
        if (gone.signal.aborted) return;
        last = post(messageOf(entry));
        if (i % MESSAGES_AHEAD_MAX === MESSAGES_AHEAD_MAX - 1) await withinLimit(last, slowReaderMs);
      }
      if (!gone.signal.aborted) await withinLimit(last, slowReaderMs);
    },
    say(event, id, data) {
      if (!gone.signal.aborted) void post(`{"id":${JSON.stringify(id)},"event":"${event}","data":${data}}`);
    },
    close(code) {
      socket.close(code);
      setTimeout(() => socket.terminate(), CLOSE_LIMIT_MS).unref(); // who takes nothing does not answer either
    },
  };
}

/** Made once for all who are told the same entry. */
const messageOf = onceEach(({ cursor, kind, text }: Told) =>
  Buffer.from(`{"id":"${cursor}","event":"${kind}","data":${text}}`),
);
