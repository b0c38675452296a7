import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadChain, loadMachine } from '@virtualchain/definitions';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { openProjection } from '@virtualchain/projection';
import { bareEnvironment } from '../kit/bare-environment.ts';
import { countingNetwork } from '../kit/counting-network.ts';
import { sharedServers } from '../kit/shared-servers.ts';

const main = join(resolve(import.meta.dirname, '../..'), 'services/cli/src/main.ts');

let parts: RealParts<'postgres'>;
let url: string;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  url = await parts.postgres.createDatabase(`one_connection_${parts.runId}`.toLowerCase().replace(/[^a-z0-9_]/g, '_'));
  const chain = await loadChain('bns', {});
  const machine = await loadMachine('bns', chain);
  await (await openProjection(url, { chain, machine, network: 'regtest', parameters: {} })).close();
}, 120_000);
afterAll(async () => parts?.[Symbol.asyncDispose](), 60_000);

/** A network to Postgres that counts who connects, and what looks at the migrations. */
async function watchedNetwork(to: string) {
  let migrations = 0;
  const network = await countingNetwork(to, (chunk) => {
    migrations += chunk.toString('latin1').split('vchain migrations').length - 1;
  });
  return {
    url: network.url,
    seen: () => ({ connections: network.counted.connections, migrations }),
    [Symbol.dispose]: () => network[Symbol.dispose](),
  };
}

test.each([
  ['state', ['state', 'bns', 'names']],
  ['status', ['status']],
  ['bns lookup', ['bns', 'lookup', 'nobody.id']],
])(
  'four-pools-for-one-row: vchain %s connects to Postgres once, and migrates nothing',
  async (_command, args) => {
    using network = await watchedNetwork(url);
    const env = {
      ...bareEnvironment,
      VCHAIN_CHAIN: 'bns',
      VCHAIN_NETWORK: 'regtest',
      VCHAIN_POSTGRES_URL: network.url,
    };
    await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], { env });
    expect(network.seen()).toEqual({ connections: 1, migrations: 0 });
  },
  60_000,
);

test('a database without builds is read as it is: nothing is made in it', async () => {
  const empty = await parts.postgres.createDatabase(`${new URL(url).pathname.slice(1)}_empty`);
  using network = await watchedNetwork(empty);
  const env = { ...bareEnvironment, VCHAIN_NETWORK: 'regtest', VCHAIN_POSTGRES_URL: network.url };
  const { stdout } = await promisify(execFile)(process.execPath, [main, 'status', '--json'], { env });
  expect(JSON.parse(stdout)).toMatchObject({ machines: [] });
  expect(network.seen()).toEqual({ connections: 1, migrations: 0 });
}, 60_000);
