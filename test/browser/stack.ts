/** What the page is looked at on: two chains on the parts that come with npm, the demo's story of names, and a gateway. */

import { join, resolve } from 'node:path';
import { createToken } from '@virtualchain/access';
import { type RealParts, type RunningProcess, startRealParts } from '@virtualchain/local';
import { type NodeRpc, openRpc } from '@virtualchain/node-client';
import { createMiner, type Miner } from '@virtualchain/testing';
import { INGESTER_FLAGS, projectorFlags } from '../../services/cli/src/demo/deployment.ts';
import { fundPeople, type People } from '../../services/cli/src/demo/people.ts';
import { settingsOf } from '../../services/cli/src/demo/processes.ts';
import { type Fork, playFirstBranch, playReorganisation } from '../../services/cli/src/demo/story.ts';
import { bareEnvironment } from '../kit/bare-environment.ts';
import { statusesOf } from '../kit/projections.ts';
import { startedLine } from '../kit/started-line.ts';
import { until } from '../kit/until.ts';

const root = resolve(import.meta.dirname, '../..');

/** Blocks of kv operations, before the story of the names begins. */
const KV_BLOCKS: readonly (readonly (readonly [by: 'alice' | 'bob', payload: string])[])[] = [
  [
    ['alice', 'kv+garden'],
    ['bob', 'kv+harbour'],
    ['bob', 'kv=garden:a rose'],
  ],
  [
    ['alice', 'kv=garden:a rose is a rose'],
    ['alice', 'kv?garden'],
  ],
  [['alice', 'kv=garden:the last rose of summer']],
  [['alice', 'kv!garden']],
];

export interface Stack extends AsyncDisposable {
  /** Of the gateway. */
  readonly address: string;
  readonly miner: Miner;
  readonly people: People;
  /** Height of the last block with kv operations. */
  readonly kvHeight: number;
  /** Plays the branch that takes the place of the newest three blocks; resolves when the machines are there. */
  /** A gateway that asks for a token, and one that it takes. */
  readonly lockedAddress: string;
  readonly token: string;
  reorganise(): Promise<void>;
}

/** Starts everything; the machines are at the tip of the branch that `reorganise` will take back. */
export async function startStack(): Promise<Stack> {
  const parts = await startRealParts({ need: ['log', 'node', 'postgres'], embedded: 'first', log: () => undefined });
  try {
    return await build(parts);
  } catch (error) {
    await parts[Symbol.asyncDispose]();
    throw error;
  }
}

type Parts = RealParts<'log' | 'node' | 'postgres'>;

async function build(parts: Parts): Promise<Stack> {
  const postgresUrl = await parts.postgres.createDatabase('browser_regtest');
  const settings = { ...settingsOf(parts, postgresUrl), VCHAIN_POLL_MS: '100', VCHAIN_NICENESS: '0' };
  const start = (name: string, service: string, args: readonly string[]) =>
    startScript(parts, settings, { name, script: `services/${service}/src/main.ts`, args });
  const rpc = openRpc(parts.node.url, { cookieFile: parts.node.cookieFile });
  const services = await Promise.all([
    start('ingester', 'ingester', [...INGESTER_FLAGS, '--chain', 'kv', '--chain-parameters', '{"firstBlock":101}']),
    start('bns', 'projector', projectorFlags('bns')),
    start('kv', 'projector', ['--chain', 'kv', '--chain-parameters', '{"firstBlock":101}', '--machine', 'kv']),
  ]);
  const miner = createMiner({ rpc });
  const people = await fundPeople(miner);
  const kvHeight = await mineKv(miner);
  const fork = await playFirstBranch({ rpc, miner, people, say: () => undefined });
  await arrived(postgresUrl, miner);
  const gateway = await start('gateway', 'cli', ['gateway', '--api-port', '0']);
  const { address } = await startedLine(gateway);
  const locked = await start('locked-gateway', 'cli', ['gateway', '--api-port', '0', '--require-tokens']);
  const { address: lockedAddress } = await startedLine(locked);
  const token = await createToken(postgresUrl, { name: 'page', scopes: ['read'] });
  return {
    ...{ address, lockedAddress, token, miner, people, kvHeight },
    reorganise: () => reorganise({ rpc, miner, people, fork, postgresUrl }),
    async [Symbol.asyncDispose]() {
      await Promise.all([gateway, locked, ...services].map((service) => service.stop()));
      await rpc[Symbol.asyncDispose]();
      await parts[Symbol.asyncDispose]();
    },
  };
}

function startScript(
  parts: Parts,
  settings: Readonly<Record<string, string>>,
  { name, script, args }: { readonly name: string; readonly script: string; readonly args: readonly string[] },
): Promise<RunningProcess> {
  return parts.startProcess({
    name,
    command: process.execPath,
    args: [join(root, script), ...args],
    env: { ...bareEnvironment, NODE_OPTIONS: '--disable-warning=ExperimentalWarning', ...settings },
  });
}

/** @returns the height of the last of the blocks */
async function mineKv(miner: Miner): Promise<number> {
  for (const block of KV_BLOCKS) {
    const wallets = { alice: miner.walletOf('alice'), bob: miner.walletOf('bob') };
    const tip = miner.tip.hash;
    await miner.mine(block.map(([by, payload]) => wallets[by].operation(new TextEncoder().encode(payload), { tip })));
  }
  return miner.tip.height;
}

interface Playing {
  readonly rpc: NodeRpc;
  readonly miner: Miner;
  readonly people: People;
  readonly fork: Fork;
  readonly postgresUrl: string;
}

async function reorganise({ rpc, miner, people, fork, postgresUrl }: Playing): Promise<void> {
  await playReorganisation({ rpc, miner, people, say: () => undefined }, fork);
  await arrived(postgresUrl, miner);
}

async function arrived(postgresUrl: string, miner: Miner): Promise<void> {
  await until(
    `both machines at block ${miner.tip.height}`,
    async () =>
      (await statusesOf(postgresUrl)).map(({ build, tip, checkpoint }) => ({
        machine: build.machine,
        tip: tip?.hash,
        fault: checkpoint.fault,
      })),
    (found) => found.length === 2 && found.every(({ tip }) => tip === miner.tip.hash),
  );
}
