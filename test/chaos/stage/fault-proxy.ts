/** A TCP proxy of one server, which can be told to be a bad network. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a network does to those who talk over it. */
export type NetworkFault =
  /** Every connection is reset, once. */
  | { readonly kind: 'cut' }
  /** Every connection is reset, and each new one as soon as it is made. */
  | { readonly kind: 'refuse' }
  /** Connections stay open and bring nothing, to either side; a close is not told either. Reset when the fault ends. */
  | { readonly kind: 'silent' }
  /** Every piece of data is late. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Data comes a few bytes at a time. */
  | { readonly kind: 'slow'; readonly bytesPerSecond: number };

type Lasting = Exclude<NetworkFault, { readonly kind: 'cut' }>;

const HOST = '127.0.0.1';
/** One side may have said all and go on listening. */
const SOCKETS = { noDelay: true, allowHalfOpen: true } as const;
/** Slow data comes in so many pieces a second. */
const PIECES_PER_SECOND = 20;

/** Connections to it go to the target, in both directions and in order, as well as the fault of the moment lets them. */
export class FaultProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #targetPort: number;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #fault: Lasting | null = null;
  #ended = Promise.withResolvers<void>();

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer(SOCKETS, (client) => void this.#accept(client));
  }

  /** In front of a server on this machine, on a given port or on any. */
  static async open(targetPort: number, port = 0): Promise<FaultProxy> {
    const proxy = new FaultProxy(targetPort);
    proxy.#server.listen(port, HOST);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** The same URL, as it is reached through the proxy. */
  through(url: string): string {
    return Object.assign(new URL(url), { port: String(this.port) }).href;
  }

  /** From now on, until `heal`; what comes while another fault is on takes its place. */
  begin(fault: NetworkFault): void {
    this.heal();
    if (fault.kind === 'cut' || fault.kind === 'refuse') this.#resetAll();
    if (fault.kind !== 'cut') this.#fault = fault;
  }

  heal(): void {
    const { kind } = this.#fault ?? {};
    this.#fault = null;
    if (kind === 'silent') this.#resetAll();
    this.#ended.resolve();
    this.#ended = Promise.withResolvers();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.heal();
    this.#resetAll();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #resetAll(): void {
    for (const pair of this.#pairs) reset(pair);
  }

  async #accept(client: Socket): Promise<void> {
    client.on('error', () => undefined);
    if (this.#fault?.kind === 'refuse') return void client.resetAndDestroy();
    if (this.#fault?.kind === 'silent') {
      await this.#ended.promise;
      return void client.resetAndDestroy();
    }
    const server = connect({ ...SOCKETS, port: this.#targetPort, host: HOST });
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    server.on('error', () => undefined);
    await Promise.all([this.#pump(client, server), this.#pump(server, client)]);
    this.#pairs.delete(pair);
  }

  /** Hands on what one side says to the other, and that it has said all. */
  async #pump(from: Socket, to: Socket): Promise<void> {
    try {
      for await (const piece of from) await this.#hand(piece as Buffer, to);
      await this.#loud();
      to.end();
    } catch {
      await this.#loud();
      reset([from, to]);
    }
  }

  async #hand(piece: Buffer, to: Socket): Promise<void> {
    await this.#loud();
    const fault = this.#fault;
    if (fault?.kind === 'delay') await Promise.race([sleep(fault.ms), this.#ended.promise]);
    if (fault?.kind !== 'slow') return send(to, piece);
    const size = Math.max(1, Math.floor(fault.bytesPerSecond / PIECES_PER_SECOND));
    for (let at = 0; at < piece.length; ) {
      const isOver = this.#fault !== fault;
      const part = isOver ? piece.subarray(at) : piece.subarray(at, at + size);
      await send(to, part);
      at += part.length;
      if (!isOver) await Promise.race([sleep(1_000 / PIECES_PER_SECOND), this.#ended.promise]);
    }
  }

  /** Until the network is not silent. */
  async #loud(): Promise<void> {
    while (this.#fault?.kind === 'silent') await this.#ended.promise;
  }
}

function reset(pair: readonly [Socket, Socket]): void {
  for (const socket of pair) if (!socket.destroyed) socket.resetAndDestroy();
}

async function send(to: Socket, piece: Buffer): Promise<void> {
  if (to.destroyed) throw new Error('the other side is gone');
  if (to.write(piece)) return;
  await new Promise<void>((resume, fail) => {
    const settle = () => {
      to.off('drain', settle).off('close', settle);
      if (to.destroyed) fail(new Error('the other side is gone'));
      else resume();
    };
    to.on('drain', settle).on('close', settle);
  });
}
