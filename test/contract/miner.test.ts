import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { hexToBytes, parseBlock, type Sats } from '@virtualchain/bitcoin';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { type NodeRpc, openRpc } from '@virtualchain/node-client';
import { BlockRefused, createMiner, dataScript, fundWallets, type Miner } from '@virtualchain/testing';

let parts: RealParts<'node'>;
let rpc: NodeRpc;
let miner: Miner;

beforeAll(async () => {
  parts = await startRealParts({ need: ['node'], log: () => {} });
  rpc = openRpc(parts.node.url);
}, 120_000);

beforeEach(async () => {
  await parts.node.startEmpty();
  miner = createMiner({ rpc });
});

afterAll(async () => {
  await rpc?.close();
  await parts?.[Symbol.asyncDispose]();
});

const utf8 = new TextEncoder();

async function bestHash(): Promise<unknown> {
  return rpc.call('getbestblockhash');
}

test('a hundred blocks are mined', async () => {
  await miner.mineMany(100);
  expect(await bestHash()).toBe(miner.tip.hash);
});

test('signed operations are mined in the chosen order, malformed scripts included', async () => {
  const [alice, bob] = [miner.walletOf('alice'), miner.walletOf('bob')];
  await fundWallets(miner, [alice, bob], { coinsEach: 30 });
  expect(alice.coins()).toHaveLength(30);
  const output = { value: 0n as Sats, script: hexToBytes('6a4c') };
  const chosen = [
    bob.operation(utf8.encode('kv+b')),
    alice.operation(utf8.encode('kv+a'), { feeRate: 5 }),
    alice.pay([output, { value: 0n as Sats, script: dataScript(utf8.encode('kv!a')) }]),
  ];
  const block = await miner.mine(chosen);
  expect(await bestHash()).toBe(block.hash);
  const mined = parseBlock(block.bytes).transactions.slice(1);
  expect(mined.map(({ txid }) => txid)).toEqual(chosen.map(({ txid }) => txid));
});

test('change that is not mined yet can be spent, and the node takes the chain of transactions', async () => {
  const alice = miner.walletOf('alice');
  await fundWallets(miner, [alice], { coinsEach: 1 });
  const operations = Array.from({ length: 5 }, (_, index) => alice.operation(utf8.encode(`kv+n${index}`)));
  for (const { bytes } of operations) await rpc.call('sendrawtransaction', Buffer.from(bytes).toString('hex'));
  const { hash } = await miner.mine(operations);
  expect(await bestHash()).toBe(hash);
});

test.each([1, 6, 100])(
  'a fork of depth %s wins, and the coins of the other branch can be spent again',
  async (depth) => {
    const alice = miner.walletOf('alice');
    await fundWallets(miner, [alice]);
    await miner.mineTo(150);
    const at = miner.tip;
    const before = alice.balance();
    await miner.mine([alice.operation(utf8.encode('kv+main'))]);
    await miner.mineMany(depth - 1);
    alice.forgetPending();
    const fork = miner.forkAt(at.hash);
    expect(alice.balance(fork.tip.hash)).toBe(before);
    await fork.mine([alice.operation(utf8.encode('kv+fork'), { tip: fork.tip.hash })]);
    await fork.mineMany(depth);
    expect(await bestHash()).toBe(fork.tip.hash);
    expect(miner.tip.hash).toBe(fork.tip.hash);
  },
);

test('a node that restarted empty gets every block again', async () => {
  await miner.mineMany(20);
  await miner.forkAt(miner.branch()[15]?.hash ?? miner.tip.hash).mineMany(7);
  const best = await bestHash();
  await parts.node.startEmpty();
  expect(await rpc.call('getblockcount')).toBe(0);
  await miner.resubmitAll();
  expect(await bestHash()).toBe(best);
});

test('a block that the node does not take is a named error', async () => {
  const alice = miner.walletOf('alice');
  await fundWallets(miner, [alice], { coinsEach: 1 });
  const [coin] = alice.coins();
  const coins = coin === undefined ? [] : [coin];
  const twice = [alice.operation(Uint8Array.of(1), { coins }), alice.operation(Uint8Array.of(2), { coins })];
  await expect(miner.mine(twice)).rejects.toThrow(BlockRefused);
});
