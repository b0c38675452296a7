import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { makeCertificate } from '../../../../test/kit/certificate.ts';
import { openRpc, problemsOfNodeUrl } from '../index.ts';

/** What a request says of where it goes and who sends it. */
interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly login: string | null;
}

/** A server that answers every call with 7, and has no REST. */
async function startServer(tls?: { readonly key: string; readonly cert: string }) {
  const seen: Seen[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method, url, headers } = request;
    const body = await text(request);
    const [, credentials] = /^Basic (.*)$/.exec(headers.authorization ?? '') ?? [];
    seen.push({ method, url, login: credentials === undefined ? null : Buffer.from(credentials, 'base64').toString() });
    response.statusCode = method === 'POST' ? 200 : 405;
    response.end(method === 'POST' ? JSON.stringify({ result: 7, error: null, id: JSON.parse(body).id }) : '');
  };
  const server = tls === undefined ? createServer(answer) : createSecureServer(tls, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    seen,
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

test.each([
  ['/', '', '/rest/block/00.bin', null],
  ['/abcdef0123/', '', '/abcdef0123/rest/block/00.bin', null],
  ['/v2/key', 'user:word@', '/v2/key/rest/block/00.bin', 'user:word'],
  ['/wallet/main', 'us%40er:p%25ss%2F@', '/wallet/main/rest/block/00.bin', 'us@er:p%ss/'],
  ['/', ':word@', '/rest/block/00.bin', ':word'],
  ['/', 'user@', '/rest/block/00.bin', 'user:'],
])('calls go to the path %s, as %j says', async (path, userinfo, rest, login) => {
  await using server = await startServer();
  await using rpc = openRpc(`http://${userinfo}127.0.0.1:${server.port}${path}`);
  expect(await rpc.call('getblockcount')).toBe(7);
  expect(await rpc.restBlock('00')).toEqual({ kind: 'absent', statusCode: 405 });
  expect(server.seen[0]).toEqual({ method: 'POST', url: path, login });
  expect(server.seen[1]).toMatchObject({ method: 'GET', url: rest });
  expect(rpc.label).toBe(`127.0.0.1:${server.port}`);
});

test.each([
  ['ftp://host', 'http://'],
  ['host:8332', 'http://'],
  ['http://user:p%ss@host', 'a % in its password is not percent-encoded: write %25'],
  ['http://us%er@host', 'a % in its user name'],
  ['http://user:p%ff@host', 'a % in its password'],
  ['http://host/k%ey', 'a % in its path'],
  ['http://host/?wallet=main', 'a query'],
  ['http://host/#part', 'behind #'],
])('%s is refused by the name of the rule, without a secret', (url, rule) => {
  const problems = problemsOfNodeUrl(url).join('; ');
  expect(problems).toContain(rule);
  expect(problems).not.toContain('p%');
  expect(() => openRpc(url)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
});

test('https is spoken, and a certificate of an unknown authority halts by name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vchain-node-tls-'));
  try {
    const made = makeCertificate(folder);
    if (made === null) return;
    await using server = await startServer({
      key: readFileSync(made.key, 'utf8'),
      cert: readFileSync(made.cert, 'utf8'),
    });
    await using rpc = openRpc(`https://127.0.0.1:${server.port}`);
    await expect(rpc.call('getblockcount')).rejects.toMatchObject({ code: 'NODE_UNTRUSTED', remedy: 'halt' });
    expect(server.seen).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
