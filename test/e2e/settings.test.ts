import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { bareEnvironment } from '../kit/bare-environment.ts';

/** What processes and commands say to settings that they do not take: by name, before anything is connected. */
const root = resolve(import.meta.dirname, '../..');

async function run(script: string, env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const child = spawn(process.execPath, [resolve(root, script), ...args], {
    env: { ...bareEnvironment, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: code as number, said: out + errors };
}

const INGESTER = 'services/ingester/src/main.ts';
const PROJECTOR = 'services/projector/src/main.ts';
const VCHAIN = 'services/cli/src/main.ts';
const kafka = { VCHAIN_KAFKA_BROKERS: '127.0.0.1:1' };

test.each([
  ['the ingester', INGESTER, ['--chain', 'kv'], { ...kafka, VCHAIN_NODE_URL: 'http://user:p%ss@127.0.0.1:1' }, 1],
  [
    'the projector',
    PROJECTOR,
    ['--chain', 'kv', '--machine', 'kv', '--network', 'regtest'],
    { ...kafka, VCHAIN_POSTGRES_URL: 'postgres://user:p%ss@127.0.0.1:1/db' },
    1,
  ],
  ['a command, of its node', VCHAIN, ['status'], { VCHAIN_NODE_URL: 'http://user:p%ss@127.0.0.1:1' }, 2],
  ['a command, of its database', VCHAIN, ['status'], { VCHAIN_POSTGRES_URL: 'postgres://user:p%ss@127.0.0.1:1/db' }, 2],
])(
  'an unencoded % is a rule of %s, not a crash',
  async (_who, script, args, env, exitCode) => {
    const { code, said } = await run(script, env, ...args);
    expect(said).toContain('a % in its password is not percent-encoded: write %25');
    expect(said).toContain('CONFIG_INVALID');
    expect(said).not.toMatch(/URIError|unforeseen|p%ss/);
    expect(code).toBe(exitCode);
  },
  60_000,
);

test('all problems are listed at once, without a secret', async () => {
  const env = {
    VCHAIN_NODE_URL: 'http://user:hunter%2@one/?key=hunter3, http://two/#x',
    VCHAIN_KAFKA_CA: '/nowhere/ca.pem',
    VCHAIN_KAFKA_SASL: 'gssapi',
    VCHAIN_KAFKA_USERNAME: 'me',
    VCHAIN_HTTP_PORT: '99999',
  };
  const { code, said } = await run(INGESTER, env);
  for (const problem of [
    'no chain is named',
    '(URL 1 of 2) a % in its password',
    '(URL 1 of 2) has a query',
    '(URL 2 of 2) has a part behind #',
    'VCHAIN_KAFKA_BROKERS',
    'VCHAIN_KAFKA_CA',
    'VCHAIN_KAFKA_SASL',
    'without VCHAIN_KAFKA_SASL',
    'VCHAIN_HTTP_PORT',
  ]) {
    expect(said).toContain(problem);
  }
  expect(said).not.toContain('hunter');
  expect(code).toBe(1);
}, 60_000);
