import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A network between a client and a server: it passes everything on, until it loses what the server answers. */
export interface LeakyNetwork extends AsyncDisposable {
  /** The address that leads through it. */
  readonly url: string;
  /** From now on nothing of the server arrives, and nobody is told. */
  loseAnswers(): void;
  /** Cuts the connections there are; new ones pass. */
  cut(): void;
}

/** Stands before the server that a URL names. */
export async function leakyNetwork(to: string): Promise<LeakyNetwork> {
  const { hostname, port } = new URL(to);
  const sockets = new Set<Socket>();
  let loses = false;
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => loses || near.write(bytes));
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const through = new URL(to);
  through.port = String((server.address() as { readonly port: number }).port);
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: through.href,
    loseAnswers() {
      loses = true;
    },
    cut() {
      loses = false;
      cut();
    },
    async [Symbol.asyncDispose]() {
      server.close();
      cut();
    },
  };
}
