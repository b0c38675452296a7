import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a peer answers one question: with this as JSON, or in any way it likes. */
export type PeerAct = (request: IncomingMessage, response: ServerResponse) => void;

/** Another operator's projector, as a test has it: a real HTTP server that answers as it is told to. */
export class ScriptedPeer implements AsyncDisposable {
  readonly url: string;
  /** Paths with their queries, and logins. */
  readonly asked: { readonly path: string; readonly authorization: string | null }[] = [];
  act: PeerAct;
  readonly #close: () => Promise<void>;

  private constructor(url: string, act: PeerAct, close: () => Promise<void>) {
    this.url = url;
    this.act = act;
    this.#close = close;
  }

  static async start(act: PeerAct): Promise<ScriptedPeer> {
    const server = createServer((request, response) => {
      peer.asked.push({ path: request.url ?? '', authorization: request.headers.authorization ?? null });
      peer.act(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const peer = new ScriptedPeer(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, act, async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    });
    return peer;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

/** The heights that a question to `/seals` asks for. */
export function heightsAsked({ url = '' }: IncomingMessage): readonly number[] {
  const heights = new URL(url, 'http://peer').searchParams.get('heights');
  return heights === null ? [] : heights.split(',').map(Number);
}

/** Answers with JSON, made anew for each question. */
export function answering(body: (request: IncomingMessage) => unknown, status = 200): PeerAct {
  return (request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body(request)));
  };
}
