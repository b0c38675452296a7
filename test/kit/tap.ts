import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A relay in front of a server on 127.0.0.1, which keeps all that passes, as whoever listens on the line would see it. */
export interface Tap extends AsyncDisposable {
  readonly port: number;
  /** How many connections went through so far. */
  connections(): number;
  /** Which of these texts passed as they are, in either direction. */
  seen(texts: readonly string[]): readonly string[];
}

export async function startTap(serverPort: number): Promise<Tap> {
  const sockets = new Set<Socket>();
  const lines: Buffer[][] = [];
  const server = createServer((caller) => {
    const called = connect(serverPort, '127.0.0.1');
    for (const [from, to] of [
      [caller, called],
      [called, caller],
    ] as const) {
      const line: Buffer[] = [];
      lines.push(line);
      sockets.add(from);
      from.on('data', (bytes) => line.push(bytes));
      from.on('error', () => to.destroy());
      from.on('close', () => sockets.delete(from));
      from.pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => lines.length / 2,
    seen: (texts) => {
      const said = lines.map((line) => Buffer.concat(line));
      return texts.filter((text) => said.some((bytes) => bytes.includes(text)));
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
