import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { follow } from '@virtualchain/client';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { type NodeRpc, openRpc } from '@virtualchain/node-client';
import { openKafkaLog } from '@virtualchain/operation-log';
import { createMiner, type ForkBuilder, fundWallets, type Miner, type Wallet } from '@virtualchain/testing';
import { bareEnvironment } from '../kit/bare-environment.ts';
import { sharedServers } from '../kit/shared-servers.ts';

jest.setTimeout(120_000);

const text = new TextEncoder();

let parts: RealParts<'kafka' | 'node'>;
let miner: Miner;
let alice: Wallet;
let rpc: NodeRpc;
let firstBlock: number;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  parts = await startRealParts({ need: ['kafka', 'node'], env: sharedServers(), log: () => undefined });
  rpc = openRpc(parts.node.url);
  miner = createMiner({ rpc });
  alice = miner.walletOf('alice');
  await fundWallets(miner, [alice], { coinsEach: 20 });
  firstBlock = miner.tip.height + 1;
}, 300_000);
afterAll(async () => {
  for (const process of running) process.kill('SIGKILL');
  await rpc?.close();
  await parts?.[Symbol.asyncDispose]();
}, 60_000);

/** An ingester process; `status` asks it what it does. */
async function startIngester(parameters: object = { firstBlock }) {
  const args = ['services/ingester/src/main.ts', '--chain', 'kv', '--chain-parameters', JSON.stringify(parameters)];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...bareEnvironment,
      VCHAIN_NODE_URL: parts.node.url,
      VCHAIN_KAFKA_BROKERS: parts.kafka.brokers.join(','),
      VCHAIN_TOPIC_PREFIX: parts.topicPrefix,
      VCHAIN_POLL_MS: '50',
    },
  });
  running.add(child);
  const lines: string[] = [];
  let port = 0;
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    for (const line of chunk.split('\n').filter(Boolean)) {
      lines.push(line);
      const entry = JSON.parse(line) as { readonly msg?: string; readonly port?: number };
      if (entry.msg === 'started') port = entry.port ?? 0;
    }
  });
  const exited = once(child, 'exit').then(([code, signal]) => {
    running.delete(child);
    return (code ?? signal) as number | string;
  });
  return {
    child,
    lines,
    exited,
    async status(): Promise<{ readonly chains: readonly { readonly state: string; readonly code: string | null }[] }> {
      const answer = await fetch(`http://127.0.0.1:${port}/status`);
      return (await answer.json()) as never;
    },
    async until(state: string): Promise<void> {
      await eventually(async () => port > 0 && (await this.status()).chains[0]?.state === state, `state ${state}`);
    },
  };
}

async function eventually(holds: () => Promise<boolean>, what: string, limitMs = 300_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await holds().catch(() => false))) {
    if (performance.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`);
    await new Promise((done) => setTimeout(done, 25));
  }
}

const topic = () => `${parts.topicPrefix}.regtest.kv`;

/** What a subscriber that reads from the start ends with: the branch, and its operations. */
async function branchOfLog() {
  const branch: { readonly hash: string; readonly payloads: readonly string[] }[] = [];
  for await (const change of follow({ brokers: parts.kafka.brokers, topic: topic(), untilEnd: true })) {
    if (change.kind === 'disconnected') expect(branch.pop()?.hash).toBe(change.block.hash);
    else branch.push({ hash: change.block.hash, payloads: change.operations.map(({ payload }) => payload) });
  }
  return branch;
}

/** Waits until the log has the miner's best branch, block by block. */
async function untilFollowed(): Promise<Awaited<ReturnType<typeof branchOfLog>>> {
  const wanted = miner
    .branch()
    .filter(({ height }) => height >= firstBlock)
    .map(({ hash }) => hash);
  await using log = openKafkaLog({ brokers: parts.kafka.brokers });
  await eventually(async () => (await log.tail(topic()))?.block?.hash === wanted.at(-1), 'the log has the tip');
  const branch = await branchOfLog();
  expect(branch.map(({ hash }) => hash)).toEqual(wanted);
  return branch;
}

/** A branch that leaves the best one so many blocks below its tip. */
function forkBelowTip(depth: number): ForkBuilder {
  const block = miner.branch().at(-1 - depth);
  if (block === undefined) throw new RangeError(`the branch is not ${depth} blocks long`);
  return miner.forkAt(block.hash);
}

const claim = (name: string, tip = miner.tip.hash) => alice.operation(text.encode(`kv+${name}`), { tip });

test('blocks, operations and a reorganisation reach the log; a clean stop hands over in two seconds', async () => {
  const first = await startIngester();
  await first.until('leader');
  await miner.mine([claim('alice'), claim('bob')]);
  await miner.mineMany(5);
  const before = await untilFollowed();
  expect(before[0]?.payloads).toEqual(['616c696365', '626f62']);

  const fork = forkBelowTip(3);
  await fork.mine([claim('carol', fork.tip.hash)]);
  await fork.mineMany(3);
  const after = await untilFollowed();
  expect(after.flatMap(({ payloads }) => payloads)).toEqual(['616c696365', '626f62', '6361726f6c']);

  const second = await startIngester();
  await second.until('standby');
  expect((await first.status()).chains[0]?.state).toBe('leader');
  first.child.kill('SIGTERM');
  await second.until('leader');
  expect(await first.exited).toBe(0);
  await miner.mineMany(2);
  await untilFollowed();
  second.child.kill('SIGTERM');
  expect(await second.exited).toBe(0);
});

test('reorg-while-down: killed, and started again after a reorganisation with blocks on top', async () => {
  const first = await startIngester();
  await first.until('leader');
  await miner.mineMany(20);
  first.child.kill('SIGKILL');
  await first.exited;
  await forkBelowTip(12).mineMany(32);
  const second = await startIngester();
  await untilFollowed();
  second.child.kill('SIGTERM');
  expect(await second.exited).toBe(0);
});

test('a chain whose log belongs to other parameters halts with its code, and the process says so', async () => {
  const ingester = await startIngester({ firstBlock: firstBlock + 1 });
  expect(await ingester.exited).toBe(1);
  expect(ingester.lines.join('\n')).toContain('LOG_IDENTITY_MISMATCH');
});
