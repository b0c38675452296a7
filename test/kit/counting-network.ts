import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A network to a server that counts how often who asks has to wait: what is sent without waiting goes together. */
export interface CountingNetwork extends Disposable {
  readonly url: string;
  readonly counted: { roundTrips: number; connections: number };
}

/** `onSent` sees what the client sends. */
export async function countingNetwork(
  to: string,
  onSent: (chunk: Buffer) => void = () => undefined,
): Promise<CountingNetwork> {
  const { hostname, port } = new URL(to);
  const counted = { roundTrips: 0, connections: 0 };
  const server = createServer((near) => {
    counted.connections += 1;
    let isAsking = false;
    const far = connect(Number(port), hostname);
    near.on('data', (chunk) => {
      if (!isAsking) counted.roundTrips += 1;
      isAsking = true;
      onSent(chunk);
      far.write(chunk);
    });
    far.on('data', (chunk) => {
      isAsking = false;
      near.write(chunk);
    });
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('close', () => into.destroy());
      from.on('error', () => undefined);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const through = new URL(to);
  through.port = String((server.address() as { readonly port: number }).port);
  return { url: through.href, counted, [Symbol.dispose]: () => void server.close() };
}
