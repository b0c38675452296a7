import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bytesToHex, parseTransaction } from '@virtualchain/bitcoin';
import { type NodePart, type RealParts, type RunningProcess, startRealParts } from '@virtualchain/local';
import { type NodeRpc, openRpc } from '@virtualchain/node-client';
import { type OperationLog, openKafkaLog } from '@virtualchain/operation-log';
import { createMiner, fundWallets, type Miner } from '@virtualchain/testing';
import { bareEnvironment } from '../kit/bare-environment.ts';
import { bitcoindEnv, describeOnBitcoind } from '../kit/on-bitcoind.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { until } from '../kit/until.ts';

const root = resolve(import.meta.dirname, '../..');
const anHourMs = String(3_600_000);

/** The ingester on what only bitcoind has: ZMQ, a cookie file, pruned blocks. */
describeOnBitcoind('an ingester on a real bitcoind', () => {
  let parts: RealParts<'kafka' | 'node'>;
  let log: OperationLog;
  let ingesters = 0;
  const opened: AsyncDisposable[] = [];

  beforeAll(async () => {
    parts = await startRealParts({
      need: ['kafka', 'node'],
      log: () => undefined,
      env: sharedServers(bitcoindEnv),
    });
    log = openKafkaLog({ brokers: parts.kafka.brokers });
  }, 180_000);

  afterAll(async () => {
    for (const each of opened) await each[Symbol.asyncDispose]();
    await log?.close();
    await parts?.[Symbol.asyncDispose]();
  }, 60_000);

  /** Its own topic for each: the tests have different chains. */
  async function startIngester(node: NodePart, firstBlock: number, settings: Readonly<Record<string, string>> = {}) {
    ingesters += 1;
    const prefix = `${parts.topicPrefix}-${ingesters}`;
    const running = await parts.startProcess({
      name: `ingester-${ingesters}`,
      command: process.execPath,
      args: [
        ...[join(root, 'services/ingester/src/main.ts'), '--chain', 'kv'],
        ...['--chain-parameters', JSON.stringify({ firstBlock })],
      ],
      env: {
        ...bareEnvironment,
        VCHAIN_NODE_URL: node.url,
        VCHAIN_KAFKA_BROKERS: parts.kafka.brokers.join(','),
        VCHAIN_TOPIC_PREFIX: prefix,
        VCHAIN_NETWORK: 'regtest',
        ...settings,
      },
    });
    return { running, topic: `${prefix}.regtest.kv`, linesOf: () => linesOf(running) };
  }

  async function linesOf({ logFile }: RunningProcess): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const text = await readFile(logFile, 'utf8');
    return text
      .split('\n')
      .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []));
  }

  const arrived = (topic: string, miner: Miner) =>
    until(
      `block ${miner.tip.height} ${miner.tip.hash}`,
      () => log.tail(topic).catch(() => null),
      (tail) => tail?.block?.hash === miner.tip.hash,
    );

  function minerOf(node: NodePart): { miner: Miner; rpc: NodeRpc } {
    const rpc = openRpc(node.url, { cookieFile: node.cookieFile });
    opened.push(rpc);
    return { miner: createMiner({ rpc }), rpc };
  }

  test('zmq: with a poll an hour apart, a new tip is in the log at once', async () => {
    const node = await parts.startNode();
    const { miner } = minerOf(node);
    await miner.mineMany(3);
    const { running, topic } = await startIngester(node, 1, { VCHAIN_POLL_MS: anHourMs });
    await arrived(topic, miner);
    // The first poll brought these. A subscription takes a moment to reach the node, so the first blocks may pass unnoticed.
    await until(
      'a block that no poll could have brought',
      async () => {
        await miner.mine();
        return log.tail(topic);
      },
      (tail) => (tail?.block?.height ?? 0) > 3,
    );
    await miner.mine();
    await arrived(topic, miner);
    await running.stop();
    await node.stop();
  }, 120_000);

  test('cookie: a node that starts again with another cookie is followed on by a running ingester', async () => {
    const node = await parts.startNode({ hasCookie: true });
    const { miner } = minerOf(node);
    await miner.mineMany(3);
    const settings = { VCHAIN_NODE_COOKIE_FILE: node.cookieFile ?? '', VCHAIN_POLL_MS: '100' };
    const { running, topic, linesOf: lines } = await startIngester(node, 1, settings);
    await arrived(topic, miner);
    let ended = false;
    void running.exited.then(() => {
      ended = true;
    });
    const cookies = [await readFile(node.cookieFile ?? '', 'utf8')];
    for (let restarts = 0; restarts < 2; restarts += 1) {
      await node.restart();
      cookies.push(await readFile(node.cookieFile ?? '', 'utf8'));
      await miner.mine();
      await arrived(topic, miner);
      expect(await statusOf(node)).toMatchObject({ node: { network: 'regtest', height: miner.tip.height } });
    }
    expect(new Set(cookies).size).toBe(3);
    expect(ended).toBe(false);
    const said = JSON.stringify(await lines());
    for (const cookie of cookies) expect(said).not.toContain(cookie.split(':')[1]);
    await running.stop();
    await node.stop();
  }, 120_000);

  /** What a command of its own says of the node. */
  async function statusOf(node: NodePart): Promise<unknown> {
    ingesters += 1;
    const { exited, logFile } = await parts.startProcess({
      name: `status-${ingesters}`,
      command: process.execPath,
      args: [join(root, 'services/cli/src/main.ts'), 'status', '--json'],
      env: {
        ...bareEnvironment,
        VCHAIN_NODE_URL: node.url,
        VCHAIN_NODE_COOKIE_FILE: node.cookieFile,
        VCHAIN_NETWORK: 'regtest',
      },
    });
    await exited;
    return JSON.parse(await readFile(logFile, 'utf8'));
  }

  test('stuck-on-pruned: an operation that spends a coin from a pruned block is published, and counted as unproven', async () => {
    const node = await parts.startNode({ settings: ['txindex=0', 'prune=1', 'fastprune=1'] });
    const { miner, rpc } = minerOf(node);
    const alice = miner.walletOf('alice');
    await fundWallets(miner, [alice], { coinsEach: 2 });
    // A node prunes whole files: of 64 kB, with fastprune.
    const wide = { coinbaseScript: new Uint8Array(1_500).fill(0x6a) };
    for (let mined = 0; mined < 400; mined += 1) await miner.mine([], wide);
    await rpc.call('pruneblockchain', miner.tip.height - 288);
    const { pruneheight } = (await rpc.call('getblockchaininfo')) as { readonly pruneheight: number };
    expect(pruneheight).toBeGreaterThan(110);
    const firstBlock = miner.tip.height + 1;
    const operation = alice.operation(new TextEncoder().encode('kv+alice'));
    await expect(rpc.call('getrawtransaction', spentBy(operation.bytes), 0)).rejects.toMatchObject({ rpcCode: -5 });
    await miner.mine([operation]);

    const { running, topic, linesOf: lines } = await startIngester(node, firstBlock, { VCHAIN_POLL_MS: '100' });
    await arrived(topic, miner);
    const [first] = await Array.fromAsync(
      log.read(topic, { after: null, untilEnd: true }),
      ({ changes }) => changes[0],
    );
    if (first?.kind !== 'connected') throw new Error('no block');
    expect(first.operations.map(({ senders }) => senders)).toMatchObject([
      [{ value: '1000000', scriptPubKey: bytesToHex(alice.script), addresses: [alice.address] }],
    ]);
    const port = (await lines()).find(({ msg }) => msg === 'started')?.['port'];
    const status = (await (await fetch(`http://127.0.0.1:${port}/status`)).json()) as { readonly chains: unknown };
    expect(status.chains).toMatchObject([{ state: 'leader', unprovenOutputs: 1, epoch: 1 }]);
    await running.stop();
    await node.stop();
  }, 180_000);
});

function spentBy(bytes: Uint8Array): string {
  return parseTransaction(bytes).inputs[0]?.txid ?? '';
}
