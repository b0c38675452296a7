import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bytesToHex, encodeWif, hexToBytes, parsePrivateKey, type Sats, sha256 } from '@virtualchain/bitcoin';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { type NodeRpc, openRpc } from '@virtualchain/node-client';
import type { Env } from '@virtualchain/process';
import { createMiner, fundWallets, type Miner } from '@virtualchain/testing';
import { type AccountKind, buildOperation, createAccount, scanCoins, sendOperation } from '@virtualchain/wallet';
import { bareEnvironment } from '../kit/bare-environment.ts';
import { bitcoindEnv, describeOnBitcoind } from '../kit/on-bitcoind.ts';

const data = new TextEncoder().encode('kv+alice');

const embeddedEnv = { ...process.env, VCHAIN_NODE_URL: undefined, VCHAIN_LOCAL_NODE: 'embedded' };

describeOnBitcoind('coins, as a real bitcoind knows them', () => coinsOf('bitcoind', bitcoindEnv));
describe('coins, as the embedded node knows them', () => coinsOf('embedded', embeddedEnv));

/** What a wallet asks of a node: which coins there are, which are free, and whether it takes what is built of them. */
function coinsOf(kind: 'bitcoind' | 'embedded', env: Env): void {
  let parts: RealParts<'node'>;
  let rpc: NodeRpc;
  let miner: Miner;

  beforeAll(async () => {
    parts = await startRealParts({ need: ['node'], log: () => undefined, env });
    rpc = openRpc(parts.node.url);
    miner = createMiner({ rpc });
    await fundWallets(miner, [miner.walletOf('anybody')], { coinsEach: 1 });
    await miner.mineMany(10);
  }, 120_000);

  afterAll(async () => {
    await rpc?.close();
    await parts?.[Symbol.asyncDispose]();
  });

  /** An account of its own for each test, with these coins mined. */
  async function funded(name: string, kind: AccountKind, ...values: readonly bigint[]) {
    const key = parsePrivateKey(`${bytesToHex(sha256(new TextEncoder().encode(name)))}01`);
    const account = createAccount(kind, [key], 'regtest');
    for (const value of values) {
      const outputs = [{ value: value as Sats, script: account.script }];
      await miner.mine([miner.wallet.pay(outputs, { fee: 2_000n })]);
    }
    return { account, wif: encodeWif(key, 'regtest') };
  }

  async function vchain(keys: string, ...args: readonly string[]) {
    const child = spawn(process.execPath, ['services/cli/src/main.ts', ...args], {
      env: { ...bareEnvironment, VCHAIN_KEY: keys, VCHAIN_NODE_URL: parts.node.url, VCHAIN_NETWORK: 'regtest' },
    });
    const ended = new Promise((done) => child.on('exit', done));
    const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    return { code, stdout, stderr };
  }

  test('second-send: an operation is sent again and again before the first is mined, out of one coin', async () => {
    const { wif } = await funded('again', 'p2wpkh', 200_000n);
    const txids: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      const flags = ['--account', 'p2wpkh', '--fee-rate', '2', '--json'];
      const sent = await vchain(wif, 'send', 'kv', 'claim', name, ...flags);
      expect(sent).toMatchObject({ code: 0 });
      txids.push((JSON.parse(sent.stdout) as { txid: string }).txid);
    }
    expect(new Set(await mempool())).toEqual(new Set(txids));
    await mineMempool(txids);
  }, 120_000);

  async function mempool(): Promise<readonly string[]> {
    return (await rpc.call('getrawmempool')) as readonly string[];
  }

  async function mineMempool(txids: readonly string[]): Promise<void> {
    const raw = await Promise.all(txids.map((txid) => rpc.call('getrawtransaction', txid, 0)));
    await miner.mine(raw.map((hex) => hexToBytes(String(hex))));
    expect(await mempool()).toEqual([]);
  }

  test('a coin that is spent in the mempool is left out, and a mined one is spent before unmined change', async () => {
    const { account } = await funded('choice', 'p2pkh', 50_000n, 60_000n);
    const first = buildOperation({ account, ...(await scanned(account)), data, feeRate: 1_000n });
    await sendOperation(rpc, first);
    const { coins, leftOut } = await scanCoins(rpc, account);
    expect(coins.map(({ value, isMined }) => [value, isMined])).toEqual([
      [110_000n - (first.spent[0]?.value ?? 0n), true],
      [first.change, false],
    ]);
    expect(leftOut).toBe('1 coin spent by a transaction that is not mined yet');
    const second = buildOperation({ account, coins, data, feeRate: 1_000n });
    expect(second.spent.map(({ isMined }) => isMined)).toEqual([true]);
    await sendOperation(rpc, second);
    const third = buildOperation({ account, ...(await scanned(account)), data, feeRate: 1_000n });
    expect(third.spent.every(({ isMined }) => !isMined)).toBe(true);
    await sendOperation(rpc, third);
    await mineMempool([first, second, third].map(({ transaction }) => transaction.txid));
  });

  async function scanned(account: Parameters<typeof scanCoins>[1]) {
    const { coins } = await scanCoins(rpc, account);
    return { coins };
  }

  test('immature coinbases are left out, and said to be', async () => {
    const { account } = await funded('miner of coins', 'p2wpkh');
    await miner.mine([], { coinbaseScript: account.script });
    await miner.mine([], { coinbaseScript: account.script });
    const { coins, leftOut } = await scanCoins(rpc, account);
    expect([coins, leftOut]).toEqual([[], '2 coinbases not mature yet']);
    await miner.mineMany(97);
    expect(await scanCoins(rpc, account)).toMatchObject({ coins: [], leftOut: '2 coinbases not mature yet' });
    await miner.mineMany(1);
    const mature = await scanCoins(rpc, account);
    expect(mature).toMatchObject({ coins: [{ isMined: true }], leftOut: '1 coinbase not mature yet' });
    const built = buildOperation({ account, coins: mature.coins, data, feeRate: 1_000n });
    const [verdict] = (await rpc.call('testmempoolaccept', [bytesToHex(built.bytes)])) as [{ allowed: boolean }];
    expect(verdict.allowed).toBe(true);
  });

  test('scan-in-progress: many look for coins at the same time, and each waits for its turn', async () => {
    const { account } = await funded('many', 'p2wpkh', 80_000n);
    const said: string[] = [];
    const say = (line: string) => said.push(line);
    const found = await Promise.all(Array.from({ length: 8 }, () => scanCoins(rpc, account, { say })));
    expect(found.map(({ coins }) => coins.length)).toEqual(found.map(() => 1));
  });

  test('a key as hex without 01 is refused for a segwit account in words, without a stack', async () => {
    const refused = await vchain('ab'.repeat(32), 'send', 'kv', 'claim', 'x', '--account', 'p2wpkh', '--fee-rate', '2');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(/^QUERY_INVALID: p2wpkh takes a compressed key only/);
    expect(refused.stderr).not.toMatch(/\n\s+at /);
    expect(refused.stderr).not.toContain('abab');
  });

  test('an account without coins is told so in a sentence', async () => {
    const { wif } = await funded('nobody', 'p2wpkh');
    const refused = await vchain(wif, 'send', 'kv', 'claim', 'x', '--account', 'p2wpkh', '--fee-rate', '2');
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toMatch(
      /^COINS_MISSING: bcrt1\w+ has no coins that can be spent; it has to pay the fee, 2 /,
    );
  });

  test('a rate below one satoshi per byte is relayed by a node that relays it', async () => {
    const { account } = await funded('little', 'p2wpkh', 90_000n);
    const built = buildOperation({ account, ...(await scanned(account)), data, feeRate: 150n });
    await sendOperation(rpc, built);
    expect(await mempool()).toContain(built.transaction.txid);
    await mineMempool(await mempool());
  });

  if (kind === 'embedded') return; // it always has its index and all its blocks

  test.each<AccountKind>(['p2pkh', 'p2sh-p2wpkh', 'p2wpkh', 'p2tr'])(
    'without an index a %s coin is found, with the bytes of its transaction',
    async (kind) => {
      const { account } = await funded(`no index ${kind}`, kind, 70_000n);
      await using bare = await withoutIndex();
      const { coins } = await scanCoins(bare.rpc, account);
      expect(coins).toMatchObject([{ value: 70_000n, isMined: true, amountFrom: 'transaction' }]);
      await sendOperation(bare.rpc, buildOperation({ account, coins, data, feeRate: 1_000n }));
      const second = await scanCoins(bare.rpc, account);
      await sendOperation(bare.rpc, buildOperation({ account, coins: second.coins, data, feeRate: 1_000n }));
    },
    60_000,
  );

  async function withoutIndex(...settings: readonly string[]) {
    const node = await parts.startNode({ settings: ['txindex=0', ...settings] });
    const bare = openRpc(node.url);
    await miner.resubmitAll(bare);
    return {
      rpc: bare,
      async [Symbol.asyncDispose]() {
        await bare.close();
        await node.stop();
      },
    };
  }

  test('where the block is pruned, a coin counts by what the set of unspent outputs says, and is said to', async () => {
    const { account } = await funded('pruned', 'p2pkh', 70_000n);
    await using bare = await withoutIndex('prune=1', 'fastprune=1');
    // A node prunes whole files: of 64 kB, with fastprune.
    const wide = { coinbaseScript: new Uint8Array(1_500).fill(0x6a) };
    for (let mined = 0; mined < 400; mined += 1) {
      const { bytes } = await miner.mine([], wide);
      await bare.rpc.call('submitblock', bytesToHex(bytes));
    }
    const pruned = await bare.rpc.call('pruneblockchain', miner.tip.height - 300);
    expect(Number(pruned)).toBeGreaterThan(miner.tip.height - 400);
    const { coins } = await scanCoins(bare.rpc, account);
    expect(coins).toMatchObject([{ value: 70_000n, amountFrom: 'unspent-set' }]);
    await sendOperation(bare.rpc, buildOperation({ account, coins, data, feeRate: 1_000n }));
  }, 120_000);
}
