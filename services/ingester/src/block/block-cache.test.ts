import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { type BlockHash, height, parseBlock, type Txid } from '@virtualchain/bitcoin';
import { kvChain } from '@virtualchain/machine-kv';
import type { BitcoinNode } from '@virtualchain/node-client';
import { madeNode } from '../../../../test/kit/made-node.ts';
import { createBlockCache, keptBytes } from './block-cache.ts';
import { readyBlock } from './block-entry.ts';

/** Frees what nobody can reach any more. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

/** The node, and the blocks that it was asked for. */
function countingNode(node: Pick<BitcoinNode, 'block'>) {
  const asked: string[] = [];
  const counting: Pick<BitcoinNode, 'block'> = {
    block(hash) {
      asked.push(hash);
      return node.block(hash);
    },
  };
  return { counting, asked };
}

test('a block is fetched once for all chains, and kept within bounds', async () => {
  const { node, blockNamed } = madeNode(1);
  const { counting, asked } = countingNode(node);
  const [older, newer] = [blockNamed('0'), blockNamed('0a')];
  const cache = createBlockCache(counting, keptBytes(newer) + 10);
  await Promise.all([cache.fetch(older.hash), cache.fetch(older.hash)]);
  expect(asked).toEqual([older.hash]);
  const txid = older.transactions[0]?.txid;
  if (txid === undefined) throw new Error('a block without a coinbase');
  expect(cache.transactions([txid]).size).toBe(1);
  await cache.fetch(newer.hash);
  expect(cache.transactions([txid]).size).toBe(0);
  await cache.fetch(older.hash);
  expect(asked).toEqual([older.hash, newer.hash, older.hash]);
});

test('small-blocks-that-fill-the-memory: what is read out of a block counts, not its bytes alone', async () => {
  const { node, blockNamed } = madeNode(1);
  const names = Array.from({ length: 200 }, (_, index) => `0${'a'.repeat(index)}`);
  const blocks = names.map((name) => blockNamed(name));
  const bound = 100_000;
  const cache = createBlockCache(node, bound);
  for (const { hash } of blocks) await cache.fetch(hash);
  const kept = blocks.filter(({ transactions }) => cache.transactions([transactions[0]?.txid as Txid]).size === 1);
  expect(kept.length).toBeGreaterThan(1);
  expect(kept.length).toBeLessThanOrEqual(bound / 4_400); // measured: what a block with one transaction takes
});

test.each([
  ['a block with one transaction', 1, 500],
  ['a block with two thousand', 2_000, 10],
])('%s takes no more than it counts for', async (_what, transactions, count) => {
  const { blockNamed } = madeNode(1);
  const { bytes } = blockNamed('0', new Array<string>(transactions - 1).fill('xx'));
  const collectGarbage = collector();
  const used = () => {
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const hashes = Array.from({ length: count + 1 }, (_, nonce) => {
    const made = Uint8Array.from(bytes);
    new DataView(made.buffer).setUint32(76, nonce);
    return parseBlock(made).hash;
  });
  const cache = createBlockCache({
    block: async (hash) => {
      const made = Uint8Array.from(bytes);
      new DataView(made.buffer).setUint32(76, hashes.indexOf(hash));
      return made;
    },
  });
  const first = await cache.fetch(hashes[0] as BlockHash); // with what is made once
  if (first === null) throw new Error('the node has every block');
  cache.transactions([first.transactionAt(0).txid]);
  const before = used();
  for (const hash of hashes.slice(1)) void (await cache.fetch(hash))?.tree;
  cache.transactions([first.transactionAt(0).txid]);
  // no lower bound: what other suites left behind may be freed meanwhile
  expect((used() - before) / count).toBeLessThan(1.25 * keptBytes(first));
});

test('what was fetched ahead stays until each that awaits it has come, or will not come', async () => {
  const { node, blockNamed } = madeNode(1);
  const { counting, asked } = countingNode(node);
  const [first, second, third] = [blockNamed('0'), blockNamed('0a'), blockNamed('0ab')];
  const cache = createBlockCache(counting, 1);
  const has = ({ transactions }: typeof first) => cache.transactions([transactions[0]?.txid as Txid]).size === 1;
  for (const { hash } of [first, first, second]) cache.fetchAhead(hash);
  await cache.fetch(first.hash);
  await cache.fetch(third.hash);
  expect([first, second, third].map(has)).toEqual([true, true, true]);
  await cache.fetch(first.hash);
  cache.release(second.hash);
  expect([first, second, third].map(has)).toEqual([false, false, false]);
  expect(asked).toEqual([first.hash, second.hash, third.hash]);
});

test('a block that the node does not have is asked for again', async () => {
  const { node, blockNamed } = madeNode(1);
  let here = false;
  const cache = createBlockCache({ block: async (hash) => (here ? node.block(hash) : null) });
  const { hash } = blockNamed('0');
  expect(await cache.fetch(hash)).toBeNull();
  here = true;
  expect((await cache.fetch(hash))?.hash).toBe(hash);
});

test('spoilt-block-is-kept: a block that did not pass is let go, and asked for again', async () => {
  const { node, blockNamed } = madeNode(1);
  const { hash, bytes } = blockNamed('0', ['kv+alice']);
  const spoilt = bytes.slice();
  spoilt[spoilt.length - 1] = 1; // the last byte of a locktime: the header and its hash stay
  const replies = [spoilt, bytes];
  const cache = createBlockCache({ ...node, block: async () => replies.shift() ?? null });
  const network = 'regtest';
  const difficulty = { pass: async () => undefined };
  const source = { chain: kvChain({}), network, node, blocks: cache, difficulty } as const;
  await expect(readyBlock(source, null, height(1), hash)).rejects.toMatchObject({ code: 'BLOCK_INVALID' });
  expect((await readyBlock(source, null, height(1), hash))?.entry.operations).toHaveLength(1);
});
