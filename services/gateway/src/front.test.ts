import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { Front } from './front.ts';

interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

function gate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: () => resolve() };
}

/** Questions whose answer is a name; `/slow` answers once the gate opens. */
async function answering(name: string, slow = gate()): Promise<FastifyInstance> {
  const api = Fastify();
  api.get('/', async () => name);
  api.get('/slow', async () => {
    await slow.opened;
    return name;
  });
  await api.ready();
  return api;
}

async function ask(agent: Agent, url: string): Promise<string> {
  const asked = request(url, { agent }).end();
  const [response] = await once(asked, 'response');
  return `${response.statusCode} ${await text(response)}`;
}

test('others take the place of the questions between two requests of one connection, and nobody is turned away', async () => {
  await using front = Front.create();
  const slow = gate();
  const [old, next] = [await answering('old', slow), await answering('next')];
  front.show(old);
  const address = await front.listen({ host: '127.0.0.1', port: 0 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const other = new Agent({ keepAlive: true });
  expect(await ask(agent, address)).toBe('200 old');
  const waiting = ask(other, `${address}/slow`);
  await once(old.server, 'request');
  front.show(next);
  const closing = old.close();
  const answers = [];
  for (let i = 0; i < 20; i++) answers.push(await ask(agent, address));
  expect(new Set(answers)).toEqual(new Set(['200 next']));
  slow.open();
  expect(await waiting).toBe('200 old');
  await closing;
  await next.close();
  agent.destroy();
  other.destroy();
});

test('what is no request is answered as the questions answer it', async () => {
  await using front = Front.create();
  const api = await answering('one');
  front.show(api);
  const socket = connect(Number(new URL(await front.listen({ host: '127.0.0.1', port: 0 })).port), '127.0.0.1');
  socket.write('nonsense\r\n\r\n');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /);
  await api.close();
});

test('a connection that is kept open brings one more question at the end, and is told that it ends', async () => {
  await using front = Front.create();
  const api = await answering('one');
  front.show(api);
  const address = await front.listen({ host: '127.0.0.1', port: 0 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  expect(await ask(agent, address)).toBe('200 one');
  const ending = front.lastAnswers();
  const asked = request(address, { agent }).end();
  const [response] = await once(asked, 'response');
  expect([asked.reusedSocket, response.headers.connection, await text(response)]).toEqual([true, 'close', 'one']);
  await ending;
  agent.destroy();
  await api.close();
});

test('told to end, it still gives the answers that are on their way', async () => {
  const front = Front.create();
  const slow = gate();
  const api = await answering('one', slow);
  front.show(api);
  const address = await front.listen({ host: '127.0.0.1', port: 0 });
  const waiting = ask(new Agent(), `${address}/slow`);
  await once(api.server, 'request');
  const ended = front[Symbol.asyncDispose]();
  await expect(ask(new Agent(), address)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  slow.open();
  expect(await waiting).toBe('200 one');
  await ended;
  await api.close();
});

test('its end cuts what nothing comes from, and frees the port', async () => {
  const front = Front.create();
  const api = await answering('one');
  front.show(api);
  const { port } = new URL(await front.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  await front[Symbol.asyncDispose]();
  await once(socket.resume(), 'close');
  await using again = Front.create();
  again.show(api);
  expect(await again.listen({ host: '127.0.0.1', port: Number(port) })).toBe(`http://127.0.0.1:${port}`);
  await api.close();
});
