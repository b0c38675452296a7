/** What Ctrl-C does to a command whose servers take connections and never answer. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

let silent: Server;
let child: ChildProcess | null = null;

beforeEach(async () => {
  silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
});

afterEach(() => {
  child?.kill('SIGKILL');
  silent.close();
});

/** Starts a command, and waits until it has asked one of its servers. */
async function asking(...args: readonly string[]): Promise<ChildProcess> {
  const { port } = silent.address() as AddressInfo;
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const env = {
    ...process.env,
    VCHAIN_NETWORK: 'regtest',
    VCHAIN_NODE_URL: `http://me:secret@127.0.0.1:${port}`,
    VCHAIN_POSTGRES_URL: `postgres://me:secret@127.0.0.1:${port}/db`,
    VCHAIN_LOG_POSTGRES_URL: `postgres://me:secret@127.0.0.1:${port}/log`,
  };
  child = spawn(process.execPath, [main, ...args], { env, stdio: 'ignore' });
  await once(silent, 'connection');
  return child;
}

test.each(['status', 'tail', 'verify kv', 'state kv names'])(
  'Ctrl-C ends vchain %s, whatever it waits for',
  async (words) => {
    const command = await asking(...words.split(' '));
    const ended = once(command, 'exit');
    command.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
  },
  30_000,
);

test('the second signal ends what takes long to end', async () => {
  const command = await asking('attach', 'kv');
  const ended = once(command, 'exit');
  command.kill('SIGINT');
  command.kill('SIGTERM');
  expect(await ended).toEqual([130, null]);
}, 30_000);
