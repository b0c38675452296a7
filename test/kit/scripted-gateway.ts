/** A gateway that says what a test has written down, faults included: each request takes the next line of the script. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** How a stream goes on behind what it sent. */
type Ending = 'cut' | 'ends' | 'stays open';

/** What a request is answered with. */
export type Line =
  | {
      readonly kind: 'json';
      readonly status: number;
      readonly body: unknown;
      readonly headers?: Record<string, string>;
    }
  | { readonly kind: 'html'; readonly status: number }
  | { readonly kind: 'stream'; readonly parts: readonly string[]; readonly ending: Ending }
  | { readonly kind: 'socket'; readonly messages: readonly unknown[]; readonly ending: Ending }
  | { readonly kind: 'nothing' };

/** An event as it stands in a stream. */
export function sse(event: string, id: string, data: unknown): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Entries as events, each with its own kind and cursor. */
export function entries(...all: readonly { readonly kind: string; readonly cursor: string }[]): string {
  return all.map((entry) => sse(entry.kind, entry.cursor, entry)).join('');
}

export const stream = (ending: Ending, ...parts: readonly string[]): Line => ({ kind: 'stream', parts, ending });
export const socket = (ending: Ending, ...messages: readonly unknown[]): Line => ({ kind: 'socket', messages, ending });
export const json = (body: unknown, status = 200): Line => ({ kind: 'json', status, body });
export const refusal = (status: number, code: string, more: object = {}): Line => ({
  ...{ kind: 'json', status, headers: { 'content-type': 'application/problem+json' } },
  body: { type: 'about:blank', title: 'refused', status, code, detail: `because of ${code}`, ...more },
});

export class ScriptedGateway implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #lines: Line[];
  readonly #answers: ((address: URL) => Line | null) | null;
  /** What was asked, as `path?query`, in order. */
  readonly asked: string[] = [];
  /** What each of them brought to say who asks; null where it brought nothing. */
  readonly askedBy: (string | null)[] = [];

  private constructor(lines: readonly Line[], answers: ((address: URL) => Line | null) | null = null) {
    this.#lines = [...lines];
    this.#answers = answers;
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.on('upgrade', (request: IncomingMessage, connection: Socket) => this.#upgrade(request, connection));
    this.#server.on('connection', (connection) => this.#sockets.add(connection));
  }

  static start(...lines: readonly Line[]): Promise<ScriptedGateway> {
    return new ScriptedGateway(lines).#listen();
  }

  /** One that answers by what is asked, not by when. */
  static answering(answers: (address: URL) => Line | null): Promise<ScriptedGateway> {
    return new ScriptedGateway([], answers).#listen();
  }

  async #listen(): Promise<ScriptedGateway> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', () => resolve()));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Nobody asks for what was never asked for: a script that is over refuses for good. */
  #next(request: IncomingMessage): Line {
    this.askedBy.push(request.headers.authorization ?? request.headers['sec-websocket-protocol'] ?? null);
    this.asked.push(decodeURIComponent((request.url ?? '').replaceAll('+', ' ')));
    const answer = this.#answers?.(new URL(request.url ?? '', this.url));
    return answer ?? this.#lines.shift() ?? refusal(400, 'SCRIPT_OVER');
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const line = this.#next(request);
    switch (line.kind) {
      case 'json':
        response.writeHead(line.status, { 'content-type': 'application/json', ...line.headers });
        response.end(JSON.stringify(line.body));
        return;
      case 'html':
        response.writeHead(line.status, { 'content-type': 'text/html' });
        response.end('<h1>somebody else</h1>');
        return;
      case 'stream': {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.flushHeaders();
        void this.#send(response, line.parts).then(() => {
          if (line.ending === 'cut') request.socket.destroy();
          if (line.ending === 'ends') response.end();
        });
        return;
      }
      case 'socket':
        response.writeHead(426);
        response.end();
        return;
      case 'nothing':
        return;
    }
  }

  /** Each part is a write of its own, so that it arrives as one. */
  async #send(response: ServerResponse, parts: readonly string[]): Promise<void> {
    for (const part of parts) {
      await new Promise<void>((resolve) => response.write(part, () => resolve()));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #upgrade(request: IncomingMessage, connection: Socket): void {
    const line = this.#next(request);
    if (line.kind !== 'socket') {
      connection.end(`HTTP/1.1 ${line.kind === 'json' ? line.status : 500} Refused\r\nConnection: close\r\n\r\n`);
      return;
    }
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    connection.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    for (const message of line.messages) connection.write(textFrame(JSON.stringify(message)));
    if (line.ending === 'cut') connection.destroySoon();
    if (line.ending === 'ends') connection.end(Buffer.of(0x88, 0));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#sockets) connection.destroy();
    await closed;
  }
}

/** A text frame of a server (RFC 6455): not masked, of less than 64 kB. */
function textFrame(text: string): Buffer {
  const body = Buffer.from(text);
  const length = Buffer.of(0x81, Math.min(body.length, 126));
  const extended = Buffer.alloc(body.length < 126 ? 0 : 2);
  if (extended.length > 0) extended.writeUInt16BE(body.length);
  return Buffer.concat([length, extended, body]);
}
