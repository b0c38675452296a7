import { createParser } from './sse-parser.ts';

/** What a subscriber was sent: an entry, a heartbeat, or why it ends. */
export interface Sent {
  readonly event: string;
  readonly id: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it as JSON
  readonly data: any;
}

/** A subscriber over either transport. */
export interface Subscriber extends AsyncDisposable {
  readonly sent: readonly Sent[];
  /** The entries alone. */
  readonly entries: readonly Sent[];
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>;
  stop(): void;
}

/** A refusal before the stream began. */
export class Refused extends Error {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it as JSON
  readonly body: any;

  constructor(status: number, body: unknown) {
    super(`refused with ${status}: ${JSON.stringify(body)}`);
    this.status = status;
    this.body = body;
  }
}

const isEntry = ({ event }: Sent): boolean => event !== 'heartbeat' && event !== 'end';

function makeSubscriber(closed: Promise<void>, stop: () => void) {
  const sent: Sent[] = [];
  const subscriber: Subscriber = {
    sent,
    get entries() {
      return sent.filter(isEntry);
    },
    closed,
    stop,
    async [Symbol.asyncDispose]() {
      stop();
      await closed;
    },
  };
  return { sent, subscriber };
}

/** Subscribes by server-sent events. @throws Refused */
export async function subscribeBySse(url: string, lastEventId?: string): Promise<Subscriber> {
  const stopping = new AbortController();
  const response = await fetch(url, {
    signal: stopping.signal,
    headers: { accept: 'text/event-stream', ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) },
  });
  if (response.status !== 200) throw new Refused(response.status, await response.json());
  const done = Promise.withResolvers<void>();
  const { sent, subscriber } = makeSubscriber(done.promise, () => stopping.abort());
  const parse = createParser((event) => sent.push({ ...event, data: JSON.parse(event.data) }));
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) parse(decoder.decode(chunk as Uint8Array, { stream: true }));
  };
  read().then(done.resolve, () => done.resolve());
  return subscriber;
}

/** Subscribes over a WebSocket; a refusal closes it before it opens. */
export async function subscribeBySocket(url: string): Promise<Subscriber> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'));
  const done = Promise.withResolvers<void>();
  const { sent, subscriber } = makeSubscriber(done.promise, () => socket.close());
  socket.addEventListener('message', ({ data }) => void sent.push(JSON.parse(String(data))));
  socket.addEventListener('close', () => done.resolve());
  const opened = Promise.withResolvers<void>();
  socket.addEventListener('open', () => opened.resolve());
  socket.addEventListener('error', () => opened.reject(new Error('the WebSocket was refused')));
  await opened.promise;
  return subscriber;
}
