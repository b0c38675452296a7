import { expect, test } from '@jest/globals';
import { type BlockHash, height, type Txid } from '@virtualchain/bitcoin';
import { kvChain } from '@virtualchain/machine-kv';
import type { PendingJudged } from '@virtualchain/projection';
import { type LookOptions, lookAtPending } from './look.ts';
import { PendingSet } from './pending-set.ts';

const [ours, other] = ['11', '22'].map((byte) => byte.repeat(32) as BlockHash) as [BlockHash, BlockHash];
const at = (hash: BlockHash) => ({ height: height(7), hash });
const judgedAt = (hash: BlockHash): PendingJudged => ({ tip: at(hash), verdicts: new Map(), confirmed: new Map() });

/** A node at a block, with transactions that nobody can get any more, and what was asked of it. */
function nodeAt(...tips: readonly BlockHash[]) {
  const asked: string[] = [];
  let looks = 0;
  const tip = () => at(tips[Math.min(looks++, tips.length - 1)] as BlockHash);
  const mempool: LookOptions['mempool'] = {
    tip: async () => tip(),
    read: async () => {
      asked.push('list');
      return { tip: tip(), txids: ['33'.repeat(32) as Txid] };
    },
    transactions: async (txids) => {
      asked.push(...txids);
      return new Map();
    },
    unspent: async () => [],
  };
  return { mempool, asked };
}

const look = (mempool: LookOptions['mempool'], set = new PendingSet(kvChain({ firstBlock: 1 }), 'regtest')) =>
  lookAtPending({ mempool, set, judge: async () => judgedAt(ours) });

test('while the projection is behind its node, or the node behind it, the mempool is not even listed', async () => {
  const { mempool, asked } = nodeAt(other);
  expect(await look(mempool)).toMatchObject({ look: null, hasMore: false });
  expect(asked).toEqual([]);
});

test('a block that comes while the mempool is listed: nothing is said of what was listed', async () => {
  const { mempool } = nodeAt(ours, other);
  expect(await look(mempool)).toMatchObject({ look: null });
});

test('a transaction that left before it could be read is asked for again, where it is listed again', async () => {
  const { mempool, asked } = nodeAt(ours);
  const set = new PendingSet(kvChain({ firstBlock: 1 }), 'regtest');
  const found = await look(mempool, set);
  expect(found.look).toEqual({ tip: at(ours), leftOut: 0, happenings: [] });
  found.settle();
  await look(mempool, set);
  expect(asked).toEqual(['list', '33'.repeat(32), 'list', '33'.repeat(32)]);
});
