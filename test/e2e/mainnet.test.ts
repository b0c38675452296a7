import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { height, parseBlock } from '@virtualchain/bitcoin';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { type LogChange, openKafkaLog } from '@virtualchain/operation-log';
import { bareEnvironment } from '../kit/bare-environment.ts';
import { firstMainnetBlocks, hasMainnetBlocks, mainnetBlock, mainnetGenesis } from '../kit/mainnet-blocks.ts';
import { createNodeModel, type NodeModel } from '../kit/node-model.ts';
import { startScriptedNode } from '../kit/scripted-node.ts';
import { sharedServers } from '../kit/shared-servers.ts';

/** Real blocks of the main network, from a node that serves them as Core does, into a log under mainnet's own rules. */
const testWithBlocks = hasMainnetBlocks ? test : test.skip;
let parts: RealParts<'kafka'>;
let runs = 0;

beforeAll(async () => {
  parts = await startRealParts({ need: ['kafka'], log: () => undefined, env: sharedServers() });
}, 180_000);
afterAll(async () => parts?.[Symbol.asyncDispose](), 60_000);

/** What an ingester publishes of the node's blocks from the chain's first on, up to the node's tip. */
async function published(model: NodeModel, parameters: object): Promise<readonly LogChange[]> {
  await using node = await startScriptedNode({ chain: 'main' }, model);
  const name = `mainnet-${++runs}`;
  const prefix = `${parts.topicPrefix}-${name}`;
  const ingester = await parts.startProcess({
    name,
    command: process.execPath,
    args: [
      resolve(import.meta.dirname, '../../services/ingester/src/main.ts'),
      ...['--chain', 'kv', '--chain-parameters', JSON.stringify(parameters)],
    ],
    env: {
      ...bareEnvironment,
      VCHAIN_NETWORK: 'mainnet',
      VCHAIN_NODE_URL: node.url,
      VCHAIN_KAFKA_BROKERS: parts.kafka.brokers.join(','),
      VCHAIN_TOPIC_PREFIX: prefix,
      VCHAIN_POLL_MS: '100',
    },
  });
  const found: LogChange[] = [];
  const stop = new AbortController();
  void ingester.exited.then(() => stop.abort());
  await using log = openKafkaLog({ brokers: parts.kafka.brokers });
  const topic = `${prefix}.mainnet.kv`;
  await log.ensureTopic(topic);
  for await (const { changes } of log.read(topic, { after: null, signal: stop.signal })) {
    found.push(...changes);
    if (found.at(-1)?.event.hash === model.best.block.hash) break;
  }
  await ingester.stop();
  return found;
}

testWithBlocks(
  'the first 255 blocks of the main network are published, each on the one before it',
  async () => {
    const blocks = firstMainnetBlocks();
    const model = createNodeModel(mainnetGenesis());
    expect(model.best.block.hash).toBe('000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f');
    for (const bytes of blocks) expect(model.submit(bytes)).toBe(true);
    const found = await published(model, { firstBlock: 1 });
    expect(found.map(({ kind, event }) => [kind, event.height, event.hash])).toEqual(
      blocks.map((bytes, index) => ['connected', index + 1, parseBlock(bytes).hash]),
    );
    // 255 blocks at the easiest target, each expected to take 2^32 tries and a few more
    expect(found.at(-1)?.event).toMatchObject({ work: String(255n * 4_295_032_833n) });
  },
  180_000,
);

testWithBlocks.each([383_616, 426_884, 481_829, 702_861])(
  'block %i of the main network is published, known by its checkpoint',
  async (at) => {
    const bytes = mainnetBlock(at);
    const { hash, transactions } = parseBlock(bytes);
    const model = createNodeModel(mainnetGenesis());
    model.place(bytes, height(at));
    const found = await published(model, { firstBlock: at, checkpoint: { height: at, hash } });
    expect(found).toMatchObject([{ kind: 'connected', event: { height: at, hash } }]);
    expect(transactions.length).toBeGreaterThan(400);
  },
  180_000,
);
