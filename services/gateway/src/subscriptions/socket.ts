import type { WebSocket } from '@fastify/websocket';
import { type Sink, withinLimit } from './sink.ts';
import { SlowReader } from './stream-ended.ts';
import type { Told } from './unit.ts';

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
  const refuse = () => new SlowReader(`nothing was taken for ${slowReaderMs / 1_000} s`);
  return {
    closed: gone.signal,
    async send(told) {
      let last: Promise<void> = Promise.resolve();
      for (const [i, entry] of told.entries()) {
        if (gone.signal.aborted) return;
        last = post(messageOf(entry));
        if (i % MESSAGES_AHEAD === MESSAGES_AHEAD - 1) await withinLimit(last, slowReaderMs, refuse);
      }
      if (!gone.signal.aborted) await withinLimit(last, slowReaderMs, refuse);
    },
    say(event, id, data) {
      if (!gone.signal.aborted) void post(`{"id":${JSON.stringify(id)},"event":"${event}","data":${data}}`);
    },
    close(code) {
      socket.close(code);
      setTimeout(() => socket.terminate(), 1_000).unref(); // who takes nothing does not answer either
    },
  };
}

const encoded = new WeakMap<Told, Buffer>();

/** Made once for all who are told the same entry. */
function messageOf(entry: Told): Buffer {
  const { cursor, kind, text } = entry;
  const message = encoded.get(entry) ?? Buffer.from(`{"id":"${cursor}","event":"${kind}","data":${text}}`);
  encoded.set(entry, message);
  return message;
}

/** So many messages are handed over before the first of them has to be taken. */
const MESSAGES_AHEAD = 32;
