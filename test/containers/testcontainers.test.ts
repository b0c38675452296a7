import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, jest, test } from '@jest/globals';
import { startRealParts } from '@virtualchain/local';
import { until } from '../kit/until.ts';
import { docker, inspect, root } from './installation.ts';

jest.setTimeout(900_000);

const required = { ...process.env, REQUIRE_CONTAINERS: '1' };
const label = 'org.virtualchain.run';

async function ours(): Promise<readonly string[]> {
  return (await docker.run(['ps', '--all', '--quiet', '--filter', `label=${label}`])).split('\n').filter(Boolean);
}

async function networks(): Promise<readonly string[]> {
  return (await docker.run(['network', 'ls', '--quiet', '--filter', `label=${label}`])).split('\n').filter(Boolean);
}

test('`npm start -- --once` on containers ends equal, and leaves none', async () => {
  const started = spawn('npm', ['start', '--silent', '--', '--once'], {
    cwd: root,
    env: required,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface({ input: started.stdout }).on('line', (line) => lines.push(line));
  const [code] = await once(started, 'close');
  expect(code).toBe(0);
  expect(lines.some((line) => line.includes('container, bitcoin/bitcoin'))).toBe(true);
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ equal: true });
  await until('no container is left', ours, (left) => left.length === 0);
});

test('containers of a run listen on 127.0.0.1 alone, have no password on a command line, and their nodes find each other', async () => {
  const parts = await startRealParts({ need: ['kafka', 'node', 'postgres'], env: required, log: () => undefined });
  try {
    const second = await parts.startNode({ peers: [parts.node.p2pAddress ?? ''] });
    const containers = await inspect(await ours());
    expect(containers.length).toBe(4);
    const published = containers.flatMap(({ NetworkSettings }) =>
      Object.values(NetworkSettings.Ports).flatMap((bindings) => bindings ?? []),
    );
    expect([...new Set(published.map(({ HostIp }) => HostIp))]).toEqual(['127.0.0.1']);
    const told = JSON.stringify(containers.map(({ Path, Args, Config }) => [Path, Args, Config]));
    for (const url of [parts.node.url, second.url, parts.postgres.url])
      expect(told).not.toContain(new URL(url).password);

    const { username, password, origin } = new URL(second.url);
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const connections = async () => {
      const body = JSON.stringify({ jsonrpc: '1.0', id: 1, method: 'getconnectioncount', params: [] });
      const answer = await fetch(origin, { method: 'POST', headers: { authorization }, body });
      return ((await answer.json()) as { result: number }).result;
    };
    expect(await until('the second node has a peer', connections, (count) => count > 0)).toBe(1);
  } finally {
    await parts[Symbol.asyncDispose]();
  }
  expect(await ours()).toEqual([]);
  expect(await networks()).toEqual([]);
});

test('a caller that is killed leaves no container and no network', async () => {
  const script = join(root, 'infra/local/src/real-parts.example.ts');
  const caller = spawn(process.execPath, [script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...required, NODE_OPTIONS: '' },
  });
  await once(createInterface({ input: caller.stdout }), 'line');
  expect((await ours()).length).toBe(2);
  caller.kill('SIGKILL');
  await until('no container is left', ours, (left) => left.length === 0);
  await until('no network is left', networks, (left) => left.length === 0);
});

test('containers that are required and cannot be had are a failure with a code, not a bug', async () => {
  const env = { ...required, DOCKER_HOST: 'unix:///nowhere/docker.sock' };
  const started = spawn(process.execPath, [join(root, 'services/cli/src/main.ts'), 'demo', '--once'], {
    cwd: root,
    env: { ...env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  started.stderr.on('data', (chunk) => (said += chunk));
  const [code] = await once(started, 'close');
  expect(code).toBe(1);
  expect(said).toContain('CONTAINERS_REQUIRED');
  expect(said).not.toMatch(/a bug|\n\s+at /);
});
