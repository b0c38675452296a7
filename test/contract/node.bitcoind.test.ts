import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bytesToHex, type Height, parseBlock, type Txid } from '@virtualchain/bitcoin';
import { type NodePart, type RealParts, startRealParts } from '@virtualchain/local';
import {
  type BitcoinNode,
  checkNode,
  NodePruned,
  openBlockFiles,
  openNode,
  openRpc,
  watchTip,
} from '@virtualchain/node-client';
import { type BuiltBlock, createMiner, fundWallets, type Miner } from '@virtualchain/testing';
import { filter, firstValueFrom, timeout } from 'rxjs';
import { bitcoindEnv, describeOnBitcoind } from '../kit/on-bitcoind.ts';

/** What only a real bitcoind shows of REST, ZMQ, cookies, indexes and pruning. */
describeOnBitcoind('a real bitcoind', () => {
  let parts: RealParts<'node'>;
  let miner: Miner;
  const opened: AsyncDisposable[] = [];

  beforeAll(async () => {
    parts = await startRealParts({ need: ['node'], log: () => undefined, env: bitcoindEnv });
    miner = createMiner({ rpc: keep(openRpc(parts.node.url)) });
    await miner.mineMany(5);
  }, 120_000);

  afterAll(async () => {
    for (const each of opened) await each[Symbol.asyncDispose]();
    await parts?.[Symbol.asyncDispose]();
  });

  function keep<Opened extends AsyncDisposable>(each: Opened): Opened {
    opened.push(each);
    return each;
  }

  const open = (url = parts.node.url): BitcoinNode => keep(openNode(url));

  /** Another node that has the miner's blocks. */
  async function another(...settings: readonly string[]): Promise<{ part: NodePart; node: BitcoinNode }> {
    const part = await parts.startNode({ settings });
    await miner.resubmitAll(keep(openRpc(part.url)));
    return { part, node: open(part.url) };
  }

  test('REST: a block comes as its bytes, and one that the node does not have is null', async () => {
    const { origin } = new URL(parts.node.url);
    const status = async (path: string): Promise<number> => (await fetch(`${origin}${path}`)).status;
    expect(await status(`/rest/block/${miner.tip.hash}.bin`)).toBe(200);
    expect(await status(`/rest/block/${'ab'.repeat(32)}.bin`)).toBe(404);
    expect(await open().block(miner.tip.hash)).toEqual(miner.tip.bytes);
    expect(await open().block('ab'.repeat(32) as BuiltBlock['hash'])).toBeNull();
  });

  test('its block files hold every block, masked or not, and new ones as soon as they are mined', async () => {
    const folders = await readdir(parts.runDirectory, { recursive: true, withFileTypes: true });
    const [first] = folders.filter(({ name }) => name === 'blk00000.dat');
    if (first === undefined) throw new Error('no blk00000.dat in the directory of the run');
    const files = keep(await openBlockFiles(first.parentPath, 'regtest'));
    for (const { hash, bytes } of miner.branch()) expect(await files.block(hash)).toEqual(bytes);
    const { hash, bytes } = await miner.mine();
    expect(await files.block(hash)).toEqual(bytes);
  });

  test('without REST every block comes by getblock', async () => {
    const { part, node } = await another('rest=0');
    expect((await fetch(`${new URL(part.url).origin}/rest/block/${miner.tip.hash}.bin`)).status).toBe(404);
    for (const { hash, bytes } of miner.branch().slice(1)) expect(await node.block(hash)).toEqual(bytes);
    await part.stop();
  });

  test('ZMQ: a tip is noticed long before the next poll, at the address that the node names itself', async () => {
    const node = open();
    expect(await node.zmqUrl()).toBe(parts.node.zmqUrl);
    const pollMs = 3_600_000;
    const signal = firstValueFrom(
      watchTip(node, { pollMs }).pipe(
        filter(({ source }) => source === 'zmq'),
        timeout(60_000),
      ),
    );
    let isNoticed = false;
    const noticed = signal.finally(() => {
      isNoticed = true;
    });
    // A subscription takes a moment to reach the node, and nobody says when it has.
    while (!isNoticed) {
      await miner.mine();
      await new Promise((resume) => setTimeout(resume, 50));
    }
    expect(await noticed).toEqual({ source: 'zmq' });
  }, 90_000);

  test('a node without ZMQ says so', async () => {
    const { part, node } = await another('zmqpubhashblock=0');
    expect(await node.zmqUrl()).toBeNull();
    await part.stop();
  });

  test('side branches: never connected is valid-headers, connected before is valid-fork', async () => {
    const at = miner.tip;
    const losing = await miner.forkAt(at.hash).mineMany(2);
    const winning = miner.forkAt(at.hash);
    await winning.mineMany(3);
    const never = await miner.forkAt(at.hash).mine();
    const known = new Map((await open().chainTips()).map(({ hash, status }) => [hash, status]));
    expect(known.get((losing.at(-1) as BuiltBlock).hash)).toBe('valid-fork');
    expect(known.get(never.hash)).toBe('valid-headers');
    expect(known.get(winning.tip.hash)).toBe('active');
  });

  test('a node that is still starting is waited for, and one that was killed gets its blocks again', async () => {
    const { part, node } = await another();
    await part.kill();
    await part.start();
    expect((await node.status()).network).toBe('regtest');
    await miner.resubmitAll(keep(openRpc(part.url)));
    expect((await node.bestBlock()).hash).toBe(miner.tip.hash);
    await part.stop();
  }, 60_000);

  test('cookie: a node that starts again writes another one, and every call goes on', async () => {
    const part = await parts.startNode({ hasCookie: true });
    const node = keep(openNode(part.url, { cookieFile: part.cookieFile }));
    const rpc = keep(openRpc(part.url, { cookieFile: part.cookieFile }));
    await rpc.call('generatetoaddress', 3, 'mfWxJ45yp2SFn7UciZyNpvDKrzbhyfKrY8');
    expect((await node.bestBlock()).height).toBe(3);
    await part.restart();
    const heights = await Promise.all([node.bestBlock(), node.bestBlock(), node.status().then(({ blocks }) => blocks)]);
    expect(heights.map((each) => (typeof each === 'number' ? each : each.height))).toEqual([3, 3, 3]);
    expect(await rpc.batch([{ method: 'getblockcount', parameters: [] }])).toEqual([{ kind: 'result', result: 3 }]);
    await part.stop();
    await expect(node.bestBlock()).rejects.toMatchObject({ remedy: 'retry' });
    await part.start();
    expect((await node.bestBlock()).height).toBe(3);
    await part.stop();
  }, 60_000);

  test('without an index, funding transactions are found through the block that spends them', async () => {
    const { spending, funding } = await spentLater();
    const { part, node } = await another('txindex=0');
    expect(await node.fundingSource()).toBe('undo-data');
    const found = await node.transactions([funding.txid], spending.hash);
    expect(found.get(funding.txid)).toEqual(funding.bytes);
    await part.stop();
  }, 60_000);

  /** A block that spends an output of a transaction many blocks below it. */
  async function spentLater() {
    const alice = miner.walletOf(`alice at ${miner.tip.height}`);
    await fundWallets(miner, [alice], { coinsEach: 1 });
    const funded = miner.tip;
    await miner.mineMany(3);
    const spending = await miner.mine([alice.operation(new TextEncoder().encode('kv+alice'))]);
    const [, funding] = parseBlock(funded.bytes).transactions;
    if (funding === undefined) throw new RangeError('no funding transaction');
    const [input] = parseBlock(spending.bytes).transactions[1]?.inputs ?? [];
    expect(input?.txid).toBe(funding.txid);
    return { spending, funding, index: input?.index ?? 0 };
  }

  test('pruned: the bytes of a spent transaction are gone, and the node still shows amount and script', async () => {
    await miner.mineTo(120);
    const { part, node } = await another('txindex=0', 'prune=1', 'fastprune=1');
    const rpc = keep(openRpc(part.url));
    // A node prunes whole files: of 64 kB, with fastprune.
    for (let mined = 0; mined < 400; mined += 1) {
      const { bytes } = await miner.mine([], { coinbaseScript: new Uint8Array(1_500).fill(0x6a) });
      await rpc.call('submitblock', bytesToHex(bytes));
    }
    const again = await spentAcross(rpc);
    await rpc.call('pruneblockchain', miner.tip.height - 288);

    const { pruneHeight } = await node.status();
    const kept = pruneHeight ?? (0 as Height);
    expect(kept).toBeGreaterThan(again.fundedAt);
    await expect(node.block(miner.branch()[again.fundedAt]?.hash as never)).rejects.toThrow(NodePruned);
    expect((await node.transactions([again.funding.txid], again.spending.hash)).size).toBe(0);
    const shown = await node.spentOutputs([again.funding.txid, 'ab'.repeat(32) as Txid], again.spending.hash);
    expect([...shown]).toEqual([[again.funding.txid, { [again.index]: again.funding.outputs[again.index] }]]);

    await expect(checkNode(node, { firstBlock: (kept - 1) as Height })).rejects.toThrow(NodePruned);
    expect(await checkNode(node, { firstBlock: kept })).toMatchObject({ kind: 'ready' });
    const nextBlock = async () => kept;
    expect(await checkNode(node, { firstBlock: 1 as Height, nextBlock })).toMatchObject({ kind: 'ready' });
    await part.stop();
  }, 180_000);

  /** An old coin of the miner, spent at the tip. */
  async function spentAcross(rpc: ReturnType<typeof openRpc>) {
    const [coin] = miner.wallet.coins();
    if (coin === undefined) throw new RangeError('the miner has no coins');
    const { fundedAt, funding } = minedAt(coin.txid);
    const spending = await miner.mine([
      miner.wallet.operation(new TextEncoder().encode('kv+old'), { coins: [coin], fee: 2_000n }),
    ]);
    await rpc.call('submitblock', bytesToHex(spending.bytes));
    return { funding, fundedAt, spending, index: coin.index };
  }

  function minedAt(txid: Txid) {
    for (const { height, bytes } of miner.branch()) {
      const funding = parseBlock(bytes).transactions.find((each) => each.txid === txid);
      if (funding !== undefined) return { fundedAt: height as number, funding };
    }
    throw new RangeError(`${txid} is in no block`);
  }
});
