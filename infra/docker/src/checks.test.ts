import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { startRealParts } from '@virtualchain/local';
import { sharedServers } from '../../../test/kit/shared-servers.ts';

const folder = join(import.meta.dirname, '..');
const opened: Server[] = [];
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of opened.splice(0)) server.close();
});

async function listening(server: Server): Promise<number> {
  opened.push(server.on('connection', (socket) => sockets.push(socket)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** What a service answers that is asked whether it is ready. */
const answering = (status: number) =>
  listening(createHttpServer((_request, response) => response.writeHead(status).end()));
/** Takes the connection and says nothing, as a frozen process does. */
const frozen = () => listening(createServer());

/** The exit code of a check, which comes to an end by itself. */
function codeOf(script: string, port: number): Promise<number> {
  return new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], VCHAIN_HTTP_PORT: String(port) };
    execFile('bash', [join(folder, script), String(port)], { env }, (error) => resolve(Number(error?.code ?? 0)));
  });
}

test.each([
  ['a service that is ready', () => answering(200), 0],
  ['a service that is not ready', () => answering(503), 1],
  ['a service that is frozen', frozen, 1],
  ['no service', async () => 1, 1],
])('is-ready.sh: %s', async (_what, start, code) => {
  expect(await codeOf('is-ready.sh', await start())).toBe(code);
});

test.each([
  ['something else that answers', () => answering(200)],
  ['a broker that is frozen', frozen],
  ['no broker', async () => 1],
])('is-kafka-up.sh: %s is not up', async (_what, start) => {
  expect(await codeOf('is-kafka-up.sh', await start())).toBe(1);
});

test('is-kafka-up.sh: a broker that serves is up', async () => {
  await using parts = await startRealParts({ need: ['kafka'], env: sharedServers(), log: () => undefined });
  const port = Number(parts.kafka.brokers[0]?.split(':').at(-1));
  expect(await codeOf('is-kafka-up.sh', port)).toBe(0);
}, 60_000);
