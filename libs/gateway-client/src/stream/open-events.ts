import { errorText, isExpectedError } from '@virtualchain/kernel';
import { authorization } from '../ask-json.ts';
import { GatewayUnavailable, NotAGateway } from '../errors.ts';
import type { Message, Opening } from './message.ts';
import { refusalOfResponse } from './problem.ts';
import { createSseParser } from './sse-parser.ts';

/**
 * Opens a stream of server-sent events. It ends with the connection; a consumer that is slow slows it down.
 *
 * @throws GatewayRefused, NotAGateway; GatewayUnavailable, from the stream too, where nothing comes for `silenceMs`
 */
export async function openEvents({ address, signal, silenceMs, token }: Opening): Promise<AsyncGenerator<Message>> {
  const silence = new AbortController();
  const awaited = async <Result>(what: Promise<Result>): Promise<Result> => {
    const timer = setTimeout(() => silence.abort(), silenceMs);
    try {
      return await what;
    } catch (error) {
      if (silence.signal.aborted) throw new GatewayUnavailable(`nothing came for ${silenceMs} ms`);
      if (signal.aborted || isExpectedError(error)) throw error;
      throw new GatewayUnavailable(`${address.host}: ${reasonOf(error)}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  };
  const answering = fetch(address, {
    headers: { accept: 'text/event-stream', ...authorization(token) },
    cache: 'no-store',
    signal: AbortSignal.any([signal, silence.signal]),
  });
  const response = await awaited(answering);
  if (!response.ok) throw await awaited(refusalOfResponse(response));
  const isStream = /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');
  if (!isStream || response.body === null) {
    silence.abort();
    throw new NotAGateway(`${address.host} does not answer with a stream of events: correct the address`);
  }
  return messagesOf(response.body.getReader(), awaited, () => silence.abort());
}

type Awaited_ = <Result>(what: Promise<Result>) => Promise<Result>;

async function* messagesOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  awaited: Awaited_,
  close: () => void,
): AsyncGenerator<Message> {
  const decoder = new TextDecoder();
  const parse = createSseParser();
  try {
    for (;;) {
      const { value, done } = await awaited(reader.read());
      if (done) return;
      for (const { id, event, data } of parse(decoder.decode(value, { stream: true })))
        yield { id, event, data: jsonOf(data) };
    }
  } finally {
    close();
  }
}

/** What JSON says. @throws GatewayUnavailable */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GatewayUnavailable('an event that is no JSON', { cause });
  }
}

/** What the platform says of a failed connection stands in the cause. */
function reasonOf(error: unknown): string {
  const { cause } = error as { readonly cause?: unknown };
  return cause === undefined ? errorText(error) : `${errorText(error)}: ${errorText(cause)}`;
}
