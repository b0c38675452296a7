import { GatewayUnavailable } from '../errors.ts';
import { MESSAGES_WAITING_MAX } from '../limits.ts';
import type { Message, Opening } from './message.ts';
import { jsonOf } from './open-events.ts';

/**
 * Opens a WebSocket. Why it is refused is not told to those who open one: whoever is refused asks for a page of the same.
 *
 * @throws GatewayUnavailable, from the messages too, where nothing comes for `silenceMs`
 */
export async function openSocket({ address, signal, silenceMs, token }: Opening): Promise<AsyncGenerator<Message>> {
  const place = new URL(address);
  place.protocol = place.protocol === 'https:' ? 'wss:' : 'ws:';
  // A browser sends a token with a WebSocket in no other way, and an address is written into logs.
  const socket = new WebSocket(place, token === undefined ? [] : ['virtualchain', `bearer.${token}`]);
  const inbox = createInbox();
  socket.addEventListener('message', ({ data }) => inbox.put(String(data)));
  socket.addEventListener('close', () => inbox.end(new GatewayUnavailable(`${address.host}: the socket was closed`)));
  socket.addEventListener('error', () => inbox.end(new GatewayUnavailable(`${address.host}: the socket failed`)));
  const abort = () => inbox.end(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const close = () => {
    signal.removeEventListener('abort', abort);
    inbox.end(new GatewayUnavailable('closed'));
    socket.close();
  };
  const opened = new Promise<void>((resolve) => socket.addEventListener('open', () => resolve()));
  try {
    await inbox.within(silenceMs, opened);
  } catch (error) {
    close();
    throw error;
  }
  return messagesOf(inbox, silenceMs, close);
}

async function* messagesOf(inbox: Inbox, silenceMs: number, close: () => void): AsyncGenerator<Message> {
  try {
    for (;;) {
      const text = await inbox.take(silenceMs);
      const { id, event, data } = jsonOf(text) as Partial<Message>;
      yield { id: typeof id === 'string' ? id : null, event: String(event), data };
    }
  } finally {
    close();
  }
}

interface Inbox {
  put(text: string): void;
  /** What waits is given out first. */
  end(reason: unknown): void;
  /** The next message. @throws what it ended with, or GatewayUnavailable after so long */
  take(limitMs: number): Promise<string>;
  within(limitMs: number, what: Promise<void>): Promise<void>;
}

function createInbox(): Inbox {
  const waiting: string[] = [];
  let ended: { readonly reason: unknown } | null = null;
  let news = Promise.withResolvers<void>();
  const inbox: Inbox = {
    put(text) {
      if (ended !== null) return;
      waiting.push(text);
      news.resolve();
      // What was not taken is asked for again.
      if (waiting.length > MESSAGES_WAITING_MAX) {
        waiting.length = 0;
        inbox.end(new GatewayUnavailable(`more than ${MESSAGES_WAITING_MAX} messages waited to be taken`));
      }
    },
    end(reason) {
      ended ??= { reason };
      news.resolve();
    },
    async take(limitMs) {
      for (;;) {
        const text = waiting.shift();
        if (text !== undefined) return text;
        if (ended !== null) throw ended.reason;
        news = Promise.withResolvers();
        await inbox.within(limitMs, news.promise);
      }
    },
    async within(limitMs, what) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const silence = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new GatewayUnavailable(`nothing came for ${limitMs} ms`)), limitMs);
      });
      try {
        await Promise.race([what, silence, news.promise]);
        if (ended !== null && waiting.length === 0) throw ended.reason;
      } finally {
        clearTimeout(timer);
      }
    },
  };
  return inbox;
}
