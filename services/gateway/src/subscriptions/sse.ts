import { once } from 'node:events';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { onceEach, type Told } from '@virtualchain/subscriptions';
import { CHUNK_CHARACTERS_MAX, CLOSE_LIMIT_MS } from '../limits.ts';
import { type Sink, withinLimit } from './sink.ts';

/** Server-sent events over a response that nothing was written to yet; `headers` are those that others have set. */
export function sseSink(response: ServerResponse, slowReaderMs: number, headers: OutgoingHttpHeaders = {}): Sink {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  response.on('error', () => gone.abort());
  response.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.write('retry: 1000\n\n');
  const send = async (piece: Buffer): Promise<void> => {
    if (gone.signal.aborted || response.write(piece)) return;
    const drained = once(response, 'drain', { signal: gone.signal }).then(
      () => undefined,
      () => undefined, // the other side is gone
    );
    await withinLimit(drained, slowReaderMs);
  };
  return {
    closed: gone.signal,
    async send(told) {
      for (const piece of piecesOf(told)) await send(piece);
    },
    say(event, id, data) {
      if (!gone.signal.aborted) response.write(`${id === null ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`);
    },
    close() {
      response.end();
      // What lies unread in between is not waited for.
      setTimeout(() => response.destroy(), CLOSE_LIMIT_MS).unref();
    },
  };
}

/** What is sent of entries, in pieces of some size: made once for all who are told the same list. */
const piecesOf = onceEach((told: readonly Told[]) => Array.from(chunksOf(told), (text) => Buffer.from(text)));

/** JSON has no line breaks: each entry is one line of data. */
function* chunksOf(told: readonly Told[]): Generator<string> {
  let chunk = '';
  for (const { cursor, kind, text } of told) {
    chunk += `id: ${cursor}\nevent: ${kind}\ndata: ${text}\n\n`;
    if (chunk.length < CHUNK_CHARACTERS_MAX) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
