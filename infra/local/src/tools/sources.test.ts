import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { chooseSources } from './sources.ts';
import { images } from './versions.ts';

/** An engine that says what it is told to, on a socket of its own. */
async function withEngine(answer: RequestListener, work: (env: Record<string, string>) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), 'vchain-engine-'));
  const socket = join(folder, 'docker.sock');
  const server = createServer(answer).listen(socket);
  await once(server, 'listening');
  try {
    await work({ DOCKER_HOST: `unix://${socket}` });
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  }
}

const withImages =
  (...present: readonly string[]): RequestListener =>
  (request, response) => {
    const { url = '' } = request;
    const hasImage = present.some((image) => url === `/images/${image}/json`);
    if (url.startsWith('/images/create'))
      return void response.end('{"status":"Pulling"}\n{"error":"no route to host"}\n');
    response.writeHead(url === '/_ping' || hasImage ? 200 : 404).end('{}');
  };

test('a URL comes before everything else, and then nobody looks for an engine', async () => {
  const env = { VCHAIN_NODE_URL: 'http://somewhere', DOCKER_HOST: 'unix:///nowhere' };
  const said: string[] = [];
  const sources = await chooseSources(['node'], { env, log: (line) => said.push(line) });
  expect(sources.get('node')).toEqual({ kind: 'url', variable: 'VCHAIN_NODE_URL', value: 'http://somewhere' });
  expect(said).toEqual([]);
});

test('an engine whose images cannot be had is passed over, part by part, and says why', () =>
  withEngine(withImages(images.postgres), async (env) => {
    const said: string[] = [];
    const sources = await chooseSources(['kafka', 'postgres'], { env, log: (line) => said.push(line) });
    expect(sources.get('kafka')).toEqual({ kind: 'local' });
    expect(sources.get('postgres')).toEqual({ kind: 'container' });
    expect(said).toEqual([`kafka: no container, image ${images.kafka} is not to be had (no route to host)`]);
  }));

test('an engine that does not answer is the same as none', async () => {
  const said: string[] = [];
  const sources = await chooseSources(['kafka'], {
    env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' },
    log: (line) => said.push(line),
  });
  expect(sources.get('kafka')).toEqual({ kind: 'local' });
  expect(said.join()).toMatch(/no Docker engine answers \(ENOENT\)/);
});

test('a fallback is an error if containers are required', async () => {
  const env = { DOCKER_HOST: 'unix:///nowhere/docker.sock', REQUIRE_CONTAINERS: '1' };
  await expect(chooseSources(['kafka'], { env, log: () => undefined })).rejects.toMatchObject({
    code: 'CONTAINERS_REQUIRED',
  });
  await withEngine(withImages(), (engine) =>
    expect(
      chooseSources(['node'], { env: { ...engine, REQUIRE_CONTAINERS: '1' }, log: () => undefined }),
    ).rejects.toMatchObject({
      code: 'CONTAINERS_REQUIRED',
    }),
  );
});

const withoutTools = { PATH: '', VCHAIN_CACHE: '/nowhere', DOCKER_HOST: 'unix:///nowhere' };

test('embedded last: what has neither a container nor tools is embedded, and that is said with what to install', async () => {
  const said: string[] = [];
  const log = (line: string) => said.push(line);
  const sources = await chooseSources(['log', 'node', 'postgres'], { env: withoutTools, log, embedded: 'last' });
  expect([...sources].map(([name, { kind }]) => [name, kind]).sort()).toEqual([
    ['log', 'embedded'],
    ['node', 'embedded'],
    ['postgres', 'local'],
  ]);
  expect(said.find((line) => line.startsWith('node: '))).toMatch(
    /regtest node of virtualchain.*go was not found: install Go/,
  );
  expect(said.find((line) => line.startsWith('log: '))).toMatch(
    /table in Postgres.*java was not found.*; and mvn was not/,
  );
});

test('embedded never: the same stays a local process, whose tools are asked for', async () => {
  const sources = await chooseSources(['log', 'node'], { env: withoutTools, log: () => undefined });
  expect([...sources.values()]).toEqual([{ kind: 'local' }, { kind: 'local' }]);
});

test('embedded first: no engine is asked, a URL and a node that is named count before, and containers cannot be required', async () => {
  const said: string[] = [];
  const log = (line: string) => said.push(line);
  const given = { VCHAIN_LOG_POSTGRES_URL: 'postgres://somewhere', VCHAIN_LOCAL_NODE: 'btcd' };
  const sources = await chooseSources(['log', 'node', 'postgres'], { env: given, log, embedded: 'first' });
  expect(sources.get('log')).toEqual({
    kind: 'url',
    variable: 'VCHAIN_LOG_POSTGRES_URL',
    value: 'postgres://somewhere',
  });
  expect([sources.get('node'), sources.get('postgres')]).toEqual([{ kind: 'local' }, { kind: 'local' }]);
  expect(said).toEqual([]);
  const required = chooseSources(['node'], { env: { REQUIRE_CONTAINERS: '1' }, log, embedded: 'first' });
  await expect(required).rejects.toMatchObject({ code: 'CONTAINERS_REQUIRED' });
});

test('a tool that is there keeps its part real, where the other one is embedded', async () => {
  const env = { ...withoutTools, VCHAIN_BITCOIND: process.execPath };
  const sources = await chooseSources(['log', 'node'], { env, log: () => undefined, embedded: 'last' });
  expect([sources.get('log'), sources.get('node')]).toEqual([{ kind: 'embedded' }, { kind: 'local' }]);
});

test('brokers and a database for the log are refused together', () =>
  expect(
    chooseSources(['log'], {
      env: { VCHAIN_LOG_POSTGRES_URL: 'postgres://somewhere', VCHAIN_KAFKA_BROKERS: 'somewhere:9092' },
      log: () => undefined,
    }),
  ).rejects.toMatchObject({ code: 'GIVEN_PART_UNUSABLE', message: expect.stringContaining('two places') }));
