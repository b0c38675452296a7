import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from '@jest/globals';
import { bareEnvironment } from '../kit/bare-environment.ts';
import { startScriptedNode } from '../kit/scripted-node.ts';
import { until } from '../kit/until.ts';

/** What processes say of themselves while everything that they need is down, or does not let them in. */
const root = resolve(import.meta.dirname, '../..');
/** Nothing listens on port 1. */
const DOWN = {
  VCHAIN_NODE_URL: 'http://user:password@127.0.0.1:1',
  VCHAIN_KAFKA_BROKERS: '127.0.0.1:1',
  VCHAIN_POSTGRES_URL: 'postgres://user:password@127.0.0.1:1/none',
  VCHAIN_HTTP_PORT: '0',
  VCHAIN_CHAIN: 'kv',
  VCHAIN_MACHINE: 'kv',
};
/** The log kept elsewhere, and no more to be reached there. */
const LOG_IN_POSTGRES = {
  VCHAIN_KAFKA_BROKERS: '',
  VCHAIN_LOG_POSTGRES_URL: 'postgres://user:hunter2@127.0.0.1:1/none',
};
const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});

function start(service: 'ingester' | 'projector' | 'gateway', settings: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [resolve(root, `services/${service}/src/main.ts`)], {
    env: { ...bareEnvironment, ...DOWN, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  const lines: { readonly msg?: string; readonly port?: number }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
  const port = async () => {
    const withPort = await until(
      `${service} listens`,
      async () => lines.find(({ port }) => port !== undefined),
      (line) => line !== undefined,
    );
    return withPort?.port ?? 0;
  };
  return {
    child,
    said: () => JSON.stringify(lines),
    async get(page: string) {
      const answer = await fetch(`http://127.0.0.1:${await port()}/${page}`);
      return { code: answer.status, body: (await answer.json()) as unknown };
    },
  };
}

test('down-at-the-start: an ingester that has to ask a node for its network is well meanwhile, not ready, and says why', async () => {
  const ingester = start('ingester');
  expect(await ingester.get('health')).toEqual({ code: 200, body: { ok: true } });
  const waiting = { chain: 'kv', state: 'waiting', code: 'NODE_UNREACHABLE' };
  const ready = await until(
    '/ready says why',
    () => ingester.get('ready'),
    (answer) => JSON.stringify(answer).includes('NODE_UNREACHABLE'),
  );
  expect(ready).toEqual({ code: 503, body: { ok: false, detail: [waiting] } });
  expect((await ingester.get('status')).body).toMatchObject({ network: null, chains: [waiting] });
  ingester.child.kill('SIGTERM');
  expect(await once(ingester.child, 'exit')).toEqual([0, null]);
}, 60_000);

test.each([
  ['broker', {}],
  ['database of the log', LOG_IN_POSTGRES],
])(
  'down-at-the-start: an ingester that knows its network, and has neither node nor %s, is well, not ready, and stops when told',
  async (_log, settings) => {
    const ingester = start('ingester', { VCHAIN_NETWORK: 'regtest', ...settings });
    expect(await ingester.get('health')).toEqual({ code: 200, body: { ok: true } });
    expect(await ingester.get('ready')).toMatchObject({ code: 503, body: { ok: false } });
    ingester.child.kill('SIGTERM'); // in the middle of asking for the log
    expect(await once(ingester.child, 'exit')).toEqual([0, null]);
    expect(ingester.said()).not.toContain('hunter2');
  },
  60_000,
);

test('down-at-the-start: a projector without Postgres and broker is well, not ready, and says what it waits for', async () => {
  const projector = start('projector', { VCHAIN_NETWORK: 'regtest' });
  expect(await projector.get('health')).toMatchObject({ code: 200, body: { ok: true } });
  const ready = await until(
    '/ready says why',
    () => projector.get('ready'),
    (answer) => JSON.stringify(answer).includes('DATABASE_UNAVAILABLE'),
  );
  expect(ready).toMatchObject({ code: 503, body: { ok: false, detail: { state: 'retrying' } } });
  projector.child.kill('SIGTERM');
  expect(await once(projector.child, 'exit')).toEqual([0, null]);
}, 120_000);

test('down-at-the-start: a gateway without Postgres is well, not ready, and says what it waits for', async () => {
  const gateway = start('gateway', { VCHAIN_NETWORK: 'regtest', VCHAIN_API_PORT: '0' });
  expect(await gateway.get('health')).toEqual({ code: 200, body: { ok: true } });
  const ready = await gateway.get('ready');
  expect(ready).toMatchObject({ code: 503, body: { ok: false, detail: expect.stringContaining('Postgres') } });
  gateway.child.kill('SIGTERM');
  expect(await once(gateway.child, 'exit')).toEqual([0, null]);
}, 60_000);

test('a node that refuses the login ends an ingester that has to ask it for its network, with what helps', async () => {
  await using node = await startScriptedNode();
  const ingester = start('ingester', { VCHAIN_NODE_URL: node.url.replace('secret', 'wrong') });
  expect(await once(ingester.child, 'exit')).toEqual([1, null]);
  expect(ingester.said()).toContain('correct user name and password in its URL, or name its cookie file');
  expect(ingester.said()).not.toContain('wrong');
}, 60_000);
