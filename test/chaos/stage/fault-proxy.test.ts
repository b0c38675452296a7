import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { until } from '../../kit/until.ts';
import { FaultProxy } from './fault-proxy.ts';

/** A server that says everything back. */
let echo: Server;
let proxy: FaultProxy;
const clients: Socket[] = [];

beforeEach(async () => {
  echo = createServer(
    { allowHalfOpen: true },
    (socket) => void socket.on('error', () => undefined).pipe(socket),
  ).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await FaultProxy.open((echo.address() as AddressInfo).port);
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy[Symbol.asyncDispose]();
  echo.close();
});

function client() {
  const socket = connect(proxy.port, '127.0.0.1');
  clients.push(socket);
  const heard: Buffer[] = [];
  socket.on('data', (piece) => heard.push(piece));
  const closed = new Promise<string>((resolve) => {
    let why = 'end';
    socket.on('error', (error: NodeJS.ErrnoException) => (why = error.code ?? 'error'));
    socket.on('close', () => resolve(why));
  });
  const heardAll = (text: string) =>
    until(
      `${text.length} bytes come back`,
      async () => Buffer.concat(heard).toString() === text,
      (isAll) => isAll,
      10_000,
    );
  return { socket, closed, heardAll, heard: () => Buffer.concat(heard).toString() };
}

test('without a fault, all that is said comes back, in order, and the end of it', async () => {
  const { socket, heardAll, closed } = client();
  const text = Array.from({ length: 50_000 }, (_, i) => `line ${i}\n`).join('');
  socket.end(text);
  await heardAll(text);
  expect(await closed).toBe('end');
});

test('cut: open connections are reset, and new ones work', async () => {
  const first = client();
  first.socket.write('a');
  await first.heardAll('a');
  proxy.begin({ kind: 'cut' });
  expect(await first.closed).toBe('ECONNRESET');
  const second = client();
  second.socket.write('b');
  await second.heardAll('b');
});

test('refuse: new connections are reset, until it heals', async () => {
  proxy.begin({ kind: 'refuse' });
  const refused = client();
  refused.socket.write('a');
  expect(await refused.closed).toBe('ECONNRESET');
  proxy.heal();
  const taken = client();
  taken.socket.write('b');
  await taken.heardAll('b');
});

test('silent: a connection stays open and brings nothing, and is reset when it heals', async () => {
  const before = client();
  before.socket.write('a');
  await before.heardAll('a');
  proxy.begin({ kind: 'silent' });
  const during = client();
  before.socket.write('b');
  during.socket.write('b');
  const wait = new Promise((resolve) => setTimeout(resolve, 200, 'still open'));
  expect(await Promise.race([before.closed, during.closed, wait])).toBe('still open');
  expect([before.heard(), during.heard()]).toEqual(['a', '']);
  proxy.heal();
  expect(await Promise.all([before.closed, during.closed])).toEqual(['ECONNRESET', 'ECONNRESET']);
});

test('delay and slow: what was said comes late, whole and in order', async () => {
  const { socket, heardAll } = client();
  const text = '0123456789'.repeat(20);
  const began = performance.now();
  proxy.begin({ kind: 'delay', ms: 50 });
  socket.write('first');
  await heardAll('first');
  expect(performance.now() - began).toBeGreaterThanOrEqual(95); // both ways
  proxy.begin({ kind: 'slow', bytesPerSecond: 1_000 });
  const slow = performance.now();
  socket.write(text);
  await heardAll(`first${text}`);
  expect(performance.now() - slow).toBeGreaterThanOrEqual(150);
});
