import { expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes, parseBlock } from '@virtualchain/bitcoin';
import { startRealParts } from '@virtualchain/local';
import { NodeRpcError, openRpc } from '@virtualchain/node-client';
import { createMiner, fundWallets } from './index.ts';

const suiteTimeoutMs = 180_000;
const utf8 = new TextEncoder();

test(
  'a fork of depth 12 gives its coins back, on the node and after it lost its chain',
  async () => {
    await using parts = await startRealParts({ need: ['node'], log: () => undefined });
    const rpc = openRpc(parts.node.url);
    const best = () => rpc.call('getbestblockhash');
    try {
      const miner = createMiner({ rpc });
      const alice = miner.walletOf('alice');
      await fundWallets(miner, [alice], { coinsEach: 2 });
      const forkPoint = miner.tip;
      const [coin] = alice.coins();
      const coins = coin === undefined ? [] : [coin];

      const onMain = alice.operation(utf8.encode('kv+main'), { coins });
      expect(await rpc.call('sendrawtransaction', bytesToHex(onMain.bytes))).toBe(onMain.txid);
      expect(await rpc.call('getrawmempool')).toEqual([onMain.txid]);
      await miner.mine([onMain]);
      await miner.mineMany(11);
      expect(await best()).toBe(miner.tip.hash);
      expect(await rpc.call('getrawmempool')).toEqual([]);

      const fork = miner.forkAt(forkPoint.hash);
      const onFork = alice.operation(utf8.encode('kv+fork'), { coins, tip: forkPoint.hash });
      const first = await fork.mine([onFork]);
      const main = await best();
      await fork.mineMany(11);
      expect(await best()).toBe(main); // as long as the other: the first one stays
      await fork.mineMany(1);
      expect(await best()).toBe(fork.tip.hash);

      await parts.node.startEmpty();
      expect(await rpc.call('getblockcount')).toBe(0);
      await miner.resubmitAll();
      expect(await best()).toBe(fork.tip.hash);
      const kept = hexToBytes(String(await rpc.call('getblock', first.hash, 0)));
      expect(parseBlock(kept).transactions.map(({ txid }) => txid)).toContain(onFork.txid);
      const refused = rpc.call('sendrawtransaction', bytesToHex(onMain.bytes)); // its coin is spent on this branch
      await expect(refused).rejects.toThrow(NodeRpcError);
    } finally {
      await rpc.close();
    }
  },
  suiteTimeoutMs,
);

test(
  'blocks are never so old that a node takes itself for catching up, however long one mines',
  async () => {
    await using parts = await startRealParts({ need: ['node'], log: () => undefined });
    const rpc = openRpc(parts.node.url);
    try {
      const real = Math.floor(Date.now() / 1_000);
      let at = real - 20 * 3_600;
      const miner = createMiner({ rpc, now: () => at });
      await miner.mineMany(3);
      at = real;
      const { time } = await miner.mine();
      expect((real - time) / 3_600).toBeLessThanOrEqual(12);
      const next = await miner.mine();
      expect(next.time).toBe(time + 1);
    } finally {
      await rpc.close();
    }
  },
  suiteTimeoutMs,
);
