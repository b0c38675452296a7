import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { wallClock } from '@virtualchain/kernel';
import type { FastifyInstance } from 'fastify';
import { DRAIN_MS, KEEP_ALIVE_MS, LAST_ANSWERS_LOOK_MS, LAST_ANSWERS_MS, REQUEST_TIMEOUT_MS } from './limits.ts';

/** Events of a server that the questions answer: requests, upgrades to WebSockets, and requests that are none. */
const HANDED_ON = ['request', 'upgrade', 'clientError'] as const;

/**
 * The one server that listens. What comes in goes to the questions of the moment, which do not listen themselves: others take their
 * place between two requests, and nobody is turned away meanwhile.
 */
export class Front implements AsyncDisposable {
  readonly #server: Server;
  #current: FastifyInstance | null = null;
  #isEnding = false;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (_request, response) => {
      if (this.#isEnding) response.setHeader('connection', 'close');
    });
    for (const event of HANDED_ON) server.on(event, (...given: readonly unknown[]) => this.#handOn(event, given));
  }

  /** Listens once there are questions to answer. */
  static create(): Front {
    return new Front(createServer({ requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS }));
  }

  /** Answers by these from now on, which are ready; whoever asked the ones before still gets their answers. */
  show(api: FastifyInstance): void {
    this.#current = api;
  }

  /** @param port 0 takes a free one. @returns where it listens, a URL. */
  async listen({ host, port }: { readonly host: string; readonly port: number }): Promise<string> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    const { address, family, port: taken } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`;
  }

  /**
   * Goes on answering for a moment, each connection for one more time: one that is simply cut may be about to bring a question. Ends
   * sooner when none is left.
   */
  async lastAnswers(): Promise<void> {
    this.#isEnding = true;
    const until = wallClock.now() + LAST_ANSWERS_MS;
    while (this.#server.listening && (await this.#connections()) > 0 && wallClock.now() < until)
      await wallClock.sleep(LAST_ANSWERS_LOOK_MS);
  }

  /** Takes no more connections, and ends when the answers that are on their way have been given, or soon in any case. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    const cut = setTimeout(() => this.#server.closeAllConnections(), DRAIN_MS);
    await closed;
    clearTimeout(cut);
  }

  async #connections(): Promise<number> {
    return await promisify((done: (error: Error | null, count: number) => void) => this.#server.getConnections(done))();
  }

  #handOn(event: (typeof HANDED_ON)[number], given: readonly unknown[]): void {
    if (this.#current !== null) this.#current.server.emit(event, ...given);
    else if (event === 'upgrade') (given as readonly [IncomingMessage, Duplex])[1].destroy();
  }
}
