import { expect, test } from '@jest/globals';
import type { BitcoinNode } from '@virtualchain/node-client';
import { createBlockCache } from './block-cache.ts';
import { madeNode } from './made-node.ts';

test('a block is fetched once for all chains, and kept within bounds', async () => {
  const { node, blockNamed } = madeNode(1);
  const asked: string[] = [];
  const counting: Pick<BitcoinNode, 'block'> = {
    block(hash) {
      asked.push(hash);
      return node.block(hash);
    },
  };
  const [older, newer] = [blockNamed('0'), blockNamed('0a')];
  const cache = createBlockCache(counting, newer.bytes.length + 10);
  await Promise.all([cache.fetch(older.hash), cache.fetch(older.hash)]);
  expect(asked).toEqual([older.hash]);
  const txid = older.transactions[0]?.txid;
  if (txid === undefined) throw new Error('a block without a coinbase');
  expect(cache.transaction(txid)).toBeDefined();
  await cache.fetch(newer.hash);
  expect(cache.transaction(txid)).toBeUndefined();
  await cache.fetch(older.hash);
  expect(asked).toEqual([older.hash, newer.hash, older.hash]);
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
