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
  const sources = await chooseSources(['node'], env, (line) => said.push(line));
  expect(sources.get('node')).toEqual({ kind: 'url', value: 'http://somewhere' });
  expect(said).toEqual([]);
});

test('an engine whose images cannot be had is passed over, part by part, and says why', () =>
  withEngine(withImages(images.postgres), async (env) => {
    const said: string[] = [];
    const sources = await chooseSources(['kafka', 'postgres'], env, (line) => said.push(line));
    expect(sources.get('kafka')).toEqual({ kind: 'local' });
    expect(sources.get('postgres')).toEqual({ kind: 'container' });
    expect(said).toEqual([`kafka: no container, image ${images.kafka} is not to be had (no route to host)`]);
  }));

test('an engine that does not answer is the same as none', async () => {
  const said: string[] = [];
  const sources = await chooseSources(['kafka'], { DOCKER_HOST: 'unix:///nowhere/docker.sock' }, (line) =>
    said.push(line),
  );
  expect(sources.get('kafka')).toEqual({ kind: 'local' });
  expect(said.join()).toMatch(/no Docker engine answers \(ENOENT\)/);
});

test('a fallback is an error if containers are required', async () => {
  const env = { DOCKER_HOST: 'unix:///nowhere/docker.sock', REQUIRE_CONTAINERS: '1' };
  await expect(chooseSources(['kafka'], env, () => undefined)).rejects.toMatchObject({ code: 'CONTAINERS_REQUIRED' });
  await withEngine(withImages(), (engine) =>
    expect(chooseSources(['node'], { ...engine, REQUIRE_CONTAINERS: '1' }, () => undefined)).rejects.toMatchObject({
      code: 'CONTAINERS_REQUIRED',
    }),
  );
});
