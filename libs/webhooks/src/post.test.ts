/** Posting to receivers of this machine: what is refused opens no socket, and no reply keeps or harms the sender. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import ipaddr from 'ipaddr.js';
import type { Policy } from './address/policy.ts';
import type { Lookup } from './address/resolve.ts';
import { createPoster, type PosterOptions } from './post.ts';

const HERE = '127.0.0.2';
const policy: Policy = {
  privateAddresses: [ipaddr.parseCIDR(`${HERE}/32`)],
  isHttpAllowed: true,
  ports: [[1, 65_535]],
};
const BODY = Buffer.from('{"entries":[]}');
const never = new AbortController().signal;

let sockets = 0;
const count = (): void => {
  sockets += 1;
};
const servers: Server[] = [];

beforeEach(() => {
  sockets = 0;
  subscribe('net.client.socket', count);
});
afterEach(async () => {
  unsubscribe('net.client.socket', count);
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
});

/** A receiver, its port, and what it was sent. */
async function receiver(answer: RequestListener, host = HERE) {
  const requests: IncomingMessage[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  server.on('connection', () => {
    connections += 1;
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, host, listening));
  const { port } = server.address() as AddressInfo;
  return { port, requests, connections: () => connections };
}

async function post(url: string, more: Partial<PosterOptions> = {}) {
  using poster = createPoster({ url, policy, ...more });
  return await poster.post(BODY, { 'webhook-id': 'one' }, never);
}

const lookupOf = (
  ...answers: readonly (readonly string[])[]
): { readonly lookup: Lookup; readonly asked: string[] } => {
  const asked: string[] = [];
  const lookup: Lookup = async (name) => {
    asked.push(name);
    return (answers[asked.length - 1] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
  return { lookup, asked };
};

test('a 2xx is accepted, over one connection that is used again', async () => {
  const { port, requests, connections } = await receiver((request, response) => {
    request.resume();
    response.writeHead(204).end();
  });
  using poster = createPoster({ url: `http://${HERE}:${port}/hook?key=1`, policy });
  for (let i = 0; i < 3; i++) {
    const outcome = await poster.post(BODY, { 'webhook-id': `${i}` }, never);
    expect(outcome).toEqual({ isAccepted: true, status: 'HTTP_204', retryAfterMs: null });
    await new Promise(setImmediate); // the connection is given back in between
  }
  expect(
    requests.map(({ method, url, headers }) => [method, url, headers['content-type'], headers['webhook-id']]),
  ).toEqual([0, 1, 2].map((i) => ['POST', '/hook?key=1', 'application/json', `${i}`]));
  expect(connections()).toBe(1);
});

test.each([
  ['a name of a private address', ['127.0.0.1']],
  ['a name of a private address of IPv6', ['::1']],
  ['a name of a mapped one', ['::ffff:127.0.0.1']],
  ['a name of a public and a private address', ['93.184.215.14', '10.0.0.1']],
  ['a name of an allowed and a private address', [HERE, '127.0.0.1']],
])('%s is refused without a socket', async (_what, addresses) => {
  const { lookup } = lookupOf(addresses);
  const { port, connections } = await receiver((_request, response) => void response.end(), '127.0.0.1');
  expect(await post(`http://receiver.example:${port}/`, { lookup })).toMatchObject({
    ...{ isAccepted: false, status: 'ADDRESS_REFUSED' },
  });
  expect({ sockets, connections: connections() }).toEqual({ sockets: 0, connections: 0 });
});

test.each(['http://127.0.0.1', 'http://2130706433', 'http://[::ffff:7f00:1]', 'http://localhost'])(
  '%s, however it was registered, is refused without a socket',
  async (origin) => {
    const { port, connections } = await receiver((_request, response) => void response.end(), '127.0.0.1');
    expect(await post(`${origin}:${port}/`)).toMatchObject({ isAccepted: false, status: 'ADDRESS_REFUSED' });
    expect({ sockets, connections: connections() }).toEqual({ sockets: 0, connections: 0 });
  },
);

test('a name that leads elsewhere after it was checked: the connection goes to what was checked, and the next delivery is refused', async () => {
  const good = await receiver((_request, response) => void response.end());
  const { lookup, asked } = lookupOf([HERE], ['127.0.0.1']);
  using poster = createPoster({ url: `http://rebinding.example:${good.port}/`, policy, lookup });
  expect(await poster.post(BODY, {}, never)).toMatchObject({ isAccepted: true });
  expect(asked).toEqual(['rebinding.example']);
  expect({ sockets, host: good.requests[0]?.headers.host }).toEqual({
    sockets: 1,
    host: `rebinding.example:${good.port}`,
  });
  expect(await poster.post(BODY, {}, never)).toMatchObject({ status: 'ADDRESS_REFUSED' });
  expect({ sockets, requests: good.requests.length }).toEqual({ sockets: 1, requests: 1 });
});

test('a redirect is a failure, and is not followed', async () => {
  const inner = await receiver((_request, response) => void response.end(), '127.0.0.1');
  for (const status of [301, 302, 303, 307, 308]) {
    const outer = await receiver(
      (_request, response) => void response.writeHead(status, { location: `http://127.0.0.1:${inner.port}/` }).end(),
    );
    expect(await post(`http://${HERE}:${outer.port}/`)).toMatchObject({ isAccepted: false, status: `HTTP_${status}` });
  }
  expect(inner.connections()).toBe(0);
});

test('a reply without end is cut off, and a large head refused', async () => {
  let written = 0;
  const closed = Promise.withResolvers<void>();
  const endless = await receiver((_request, response) => {
    response.on('close', () => closed.resolve());
    const write = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536))) written += 65_536;
      if (!response.destroyed) response.once('drain', write);
    };
    write();
  });
  using poster = createPoster({ url: `http://${HERE}:${endless.port}/`, policy });
  expect(await poster.post(BODY, {}, never)).toMatchObject({ isAccepted: true, status: 'HTTP_200' });
  await closed.promise;
  expect(written).toBeLessThan(64 * 1024 * 1024);
  const wide = await receiver((_request, response) => void response.writeHead(200, { wide: 'a'.repeat(32_000) }).end());
  expect(await post(`http://${HERE}:${wide.port}/`)).toMatchObject({ isAccepted: false, status: 'REPLY_TOO_LARGE' });
});

test('a receiver that says nothing is given up, and so is a look-up', async () => {
  const silent = await receiver(() => undefined);
  const timeoutMs = 200;
  expect(await post(`http://${HERE}:${silent.port}/`, { timeoutMs })).toMatchObject({ status: 'TIMEOUT' });
  const lookup: Lookup = () => new Promise(() => undefined);
  expect(await post('http://receiver.example/', { timeoutMs, lookup })).toMatchObject({ status: 'TIMEOUT' });
});

test('what went wrong is told in a word', async () => {
  const { port } = await receiver((_request, response) => void response.end());
  const free = await receiver(() => undefined);
  const gone = servers.pop() as Server;
  await new Promise((closed) => gone.close(closed));
  const unknown: Lookup = async () => {
    throw Object.assign(new Error('no'), { code: 'ENOTFOUND' });
  };
  expect((await post('http://receiver.example/', { lookup: unknown })).status).toBe('NAME_NOT_FOUND');
  expect((await post(`http://${HERE}:${free.port}/`)).status).toBe('CONNECTION_REFUSED');
  expect((await post(`https://${HERE}:${port}/`)).status).toBe('TLS_FAILED');
});

test.each([
  ['7', 7_000],
  ['0', 0],
  ['100000', 3_600_000],
  ['Wed, 21 Oct 2015 07:28:00 GMT', 0],
  ['soon', null],
  ['-5', null],
])('Retry-After: %s', async (header, ms) => {
  const { port } = await receiver(
    (_request, response) => void response.writeHead(503, { 'retry-after': header }).end(),
  );
  expect(await post(`http://${HERE}:${port}/`)).toEqual({ isAccepted: false, status: 'HTTP_503', retryAfterMs: ms });
});
