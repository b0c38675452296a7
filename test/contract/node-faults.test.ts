import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type BlockHash, type Height, parseBlock, type Txid } from '@virtualchain/bitcoin';
import {
  type BitcoinNode,
  checkNode,
  failover,
  type NodeOptions,
  NodePruned,
  nextStep,
  openNode,
  openRpc,
  TxindexRequired,
} from '@virtualchain/node-client';
import {
  type BuiltBlock,
  buildChain,
  createLedger,
  createWallet,
  forkAt,
  REGTEST_GENESIS,
} from '@virtualchain/testing';
import { type Fault, type ScriptedNode, startScriptedNode } from '../kit/scripted-node.ts';
import { branchOf } from './node.contract.ts';

const main = buildChain({ to: 5 });
const tip = main[5] as BuiltBlock;

let scripted: ScriptedNode;
const opened: AsyncDisposable[] = [];

beforeEach(async () => {
  scripted = await startScriptedNode();
  for (const { bytes } of main.slice(1)) scripted.model.submit(bytes);
});

afterEach(async () => {
  for (const each of opened.splice(0)) await each[Symbol.asyncDispose]();
  await scripted[Symbol.asyncDispose]();
});

function open(options: NodeOptions = {}, url = scripted.url): BitcoinNode {
  const node = openNode(url, options);
  opened.push(node);
  return node;
}

async function codeOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => 'no error',
    (error: { readonly code?: unknown }) => error.code ?? error,
  );
}

test.each<[Fault, string]>([
  ['http-500', 'NODE_REPLY_INVALID'],
  ['empty', 'NODE_REPLY_INVALID'],
  ['html', 'NODE_REPLY_INVALID'],
  ['wrong-id', 'NODE_REPLY_INVALID'],
  ['timeout', 'NODE_TIMEOUT'],
])('%s is %s, never an empty answer', async (fault, code) => {
  const node = open(fault === 'timeout' ? { rpcTimeoutMs: 1_500 } : {}); // long enough for a busy machine to answer in
  await node.fundingSource();
  const calls: (() => Promise<unknown>)[] = [
    () => node.status(),
    () => node.blockHashesFrom(1 as Height, 3),
    () => node.header(tip.hash),
    () => node.chainTips(),
    () => node.transactions([coinbaseOf(tip)]),
  ];
  for (const call of calls) {
    scripted.fail(fault);
    expect(await codeOf(call())).toBe(code);
    expect(await codeOf(call())).toBe('no error');
  }
});

function coinbaseOf({ bytes }: BuiltBlock) {
  const [coinbase] = parseBlock(bytes).transactions;
  if (coinbase === undefined) throw new TypeError('every block has a coinbase');
  return coinbase.txid;
}

test('a busy node is asked again, and named when it stays busy', async () => {
  const node = open({ busyRetriesMax: 2 });
  scripted.fail('busy', { times: 2 });
  expect((await node.bestBlock()).height).toBe(5);
  scripted.fail('busy', { times: 3 });
  expect(await codeOf(node.bestBlock())).toBe('NODE_BUSY');
});

test.each<Fault>(['connection-reset', 'cut-body'])('a connection that broke (%s) is tried once more', async (fault) => {
  const node = open();
  scripted.fail(fault);
  expect((await node.bestBlock()).height).toBe(5);
  scripted.fail(fault, { times: 2 });
  expect(await codeOf(node.bestBlock())).toBe('NODE_UNREACHABLE');
});

test('one error inside a batch is an error, not a shorter answer', async () => {
  const node = open();
  await node.fundingSource();
  scripted.fail('batch-error', { method: 'getrawtransaction' });
  expect(await codeOf(node.transactions([coinbaseOf(tip)]))).toBe('NODE_RPC_ERROR');
});

test('a wrong password and a node that is not there have names of their own', async () => {
  await expect(open({}, scripted.url.replace('secret', 'wrong')).status()).rejects.toMatchObject({
    code: 'NODE_UNAUTHORIZED',
    message: expect.stringContaining('correct user name and password in its URL, or name its cookie file'),
  });
  expect(await codeOf(open({}, 'http://127.0.0.1:1').status())).toBe('NODE_UNREACHABLE');
});

test('a block cut short by REST is never a shorter block', async () => {
  const node = open();
  scripted.fail('cut-body', { method: 'rest', times: 2 });
  expect(await codeOf(node.block(tip.hash))).toBe('NODE_UNREACHABLE');
  expect(await node.block(tip.hash)).toEqual(tip.bytes);
});

test('blocks come by REST where there is REST, and REST is asked once where there is none', async () => {
  const node = open();
  for (const { hash, bytes } of main.slice(1)) expect(await node.block(hash)).toEqual(bytes);
  expect(scripted.calls).not.toContain('getblock');
  scripted.settings.hasRest = false;
  const other = open();
  for (const { hash, bytes } of main.slice(1)) expect(await other.block(hash)).toEqual(bytes);
  expect(scripted.calls.filter((call) => call === 'rest')).toHaveLength(5 + 1);
});

test('a thousand calls share a few connections, at most eight at once', async () => {
  const node = open();
  await Promise.all(Array.from({ length: 1_000 }, () => node.header(tip.hash)));
  expect(scripted.inFlightMax).toBeLessThanOrEqual(8);
  expect(scripted.connections).toBeLessThanOrEqual(8);
});

test('decimals arrive as the text that was sent', async () => {
  const rpc = openRpc(scripted.url);
  opened.push(rpc);
  expect(await rpc.call('getblockchaininfo')).toMatchObject({
    difficulty: '4.656542373906925e-10',
    verificationprogress: 1,
  });
});

describe('funding transactions without an index', () => {
  test('are found through the block that spends them', async () => {
    const { spender, funding } = withSpender();
    scripted.settings.hasIndex = false;
    const node = open();
    expect(await node.fundingSource()).toBe('undo-data');
    expect([...(await node.transactions([funding], spender)).keys()]).toEqual([funding]);
    await expect(node.transactions([funding])).rejects.toThrow(TxindexRequired);
  });

  test('index-still-building: what it has not come to yet is found through the spending block, until it is built', async () => {
    const { spender, funding } = withSpender();
    scripted.settings.isIndexBuilding = true;
    const node = open();
    expect(await node.fundingSource()).toBe('undo-data');
    expect([...(await node.transactions([funding], spender)).keys()]).toEqual([funding]);
    scripted.settings.isIndexBuilding = false;
    expect(await node.fundingSource()).toBe('index');
    expect([...(await node.transactions([funding])).keys()]).toEqual([funding]);
  });

  test('pruned: what has no bytes any more is shown with amount and script, and nothing else is', async () => {
    const { spender, funding, script } = withSpender();
    scripted.settings.hasIndex = false;
    scripted.settings.pruneHeight = 50;
    const node = open();
    expect(await node.transactions([funding], spender)).toEqual(new Map());
    const shown = await node.spentOutputs([funding, 'ab'.repeat(32) as Txid], spender);
    expect(shown).toEqual(new Map([[funding, { 0: { value: 5_000_000_000n, script } }]]));
    scripted.settings.hasIndex = true;
    expect(await open().spentOutputs([funding], spender)).toEqual(new Map());
  });

  test('an old node that gives neither is refused at start', async () => {
    scripted.settings.hasIndex = false;
    scripted.settings.version = 220_000;
    const node = open();
    await expect(checkNode(node, { firstBlock: 1 as Height })).rejects.toThrow(TxindexRequired);
    await expect(node.transactions([coinbaseOf(tip)], tip.hash)).rejects.toThrow(TxindexRequired);
    // A chain that wants no senders never asks.
    expect(await checkNode(node, { firstBlock: 1 as Height, isWithoutSenders: true })).toMatchObject({ kind: 'ready' });
  });
});

/** A block 101 that spends the coinbase of block 1. */
function withSpender() {
  const ledger = createLedger();
  const miner = createWallet('miner', ledger, () => REGTEST_GENESIS.hash);
  const chain = buildChain({ to: 100, coinbaseScript: miner.script });
  for (const block of chain) ledger.add(block);
  const last = chain[100] as BuiltBlock;
  const operation = miner.operation(Uint8Array.of(1), { tip: last.hash });
  const spending = buildChain({
    to: 101,
    coinbaseScript: miner.script,
    transactions: (at) => (at === 101 ? [operation.bytes] : []),
  });
  scripted.model.reset();
  for (const { bytes } of spending.slice(1)) scripted.model.submit(bytes);
  return {
    spender: (spending[101] as BuiltBlock).hash,
    funding: coinbaseOf(spending[1] as BuiltBlock),
    script: miner.script,
  };
}

test('a node pruned below the first block is refused, and a pruned block is named', async () => {
  scripted.settings.pruneHeight = 4;
  scripted.settings.hasRest = false;
  const node = open();
  await expect(checkNode(node, { firstBlock: 3 as Height })).rejects.toThrow(NodePruned);
  expect(await checkNode(node, { firstBlock: 4 as Height })).toMatchObject({ kind: 'ready' });
  await expect(node.block((main[2] as BuiltBlock).hash)).rejects.toThrow(NodePruned);
});

test('stuck-on-pruned: what is pruned is compared with the next block that is needed, not with the first', async () => {
  scripted.settings.pruneHeight = 4;
  const node = open();
  const at = (next: number) => ({ firstBlock: 1 as Height, nextBlock: async () => next as Height });
  expect(await checkNode(node, at(4))).toMatchObject({ kind: 'ready' });
  await expect(checkNode(node, at(3))).rejects.toMatchObject({
    code: 'NODE_PRUNED',
    message: expect.stringContaining('has pruned block 3, the next that is needed: it keeps those from 4'),
  });
});

test('quiet-signet: a node in initial download that has every block it knows of is not waited for', async () => {
  const signet = { ...scripted.settings, chain: 'signet' };
  Object.assign(scripted.settings, signet, { initialBlockDownload: true, headers: 5 });
  const genesis = await asSignet(open());
  expect(await checkNode(genesis, { firstBlock: 1 as Height })).toMatchObject({ kind: 'ready' });
  scripted.settings.headers = 9;
  expect(await checkNode(genesis, { firstBlock: 1 as Height })).toMatchObject({ kind: 'syncing', blocksLeft: 4 });
});

test('a node in initial download that has nothing but the genesis block, and no headers yet, is waited for', async () => {
  scripted.model.reset();
  scripted.settings.initialBlockDownload = true;
  const node = await asSignet(open());
  expect(await checkNode(node, { firstBlock: 1 as Height })).toMatchObject({ kind: 'syncing' });
});

test('quiet-signet: a reorganisation is followed while the node calls itself in initial download', async () => {
  scripted.settings.initialBlockDownload = true;
  const ours = forkAt(main, { at: 3, length: 1 });
  const node = await asSignet(open());
  expect(await nextStep(node, branchOf(ours))).toMatchObject({ kind: 'disconnect', reason: 'more-work', to: 3 });
  scripted.settings.headers = 9;
  expect(await nextStep(node, branchOf(ours))).toMatchObject({ kind: 'behind' });
});

/** The scripted node has the blocks of regtest: it only says that it is on signet. */
async function asSignet(node: BitcoinNode): Promise<BitcoinNode> {
  return { ...node, status: async () => ({ ...(await node.status()), network: 'signet' }) };
}

describe('the cookie file of a node', () => {
  let folder: string;
  let cookieFile: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vchain-cookie-'));
    cookieFile = join(folder, '.cookie');
    scripted.login = '__cookie__:first';
    await writeFile(cookieFile, scripted.login);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const withoutLogin = () => `http://${new URL(scripted.url).host}`;

  test('cookie-changed: it is read again after a 401, by as many calls as are under way', async () => {
    const node = open({ cookieFile }, withoutLogin());
    expect((await node.bestBlock()).height).toBe(5);
    scripted.login = '__cookie__:second';
    await writeFile(cookieFile, scripted.login);
    const heights = await Promise.all(Array.from({ length: 20 }, () => node.bestBlock()));
    expect(heights.map(({ height }) => height)).toEqual(heights.map(() => 5));
    const refused = scripted.calls.length;
    await node.bestBlock();
    expect(scripted.calls.length).toBe(refused + 1);
  });

  test('one that is refused and has not changed is an error that halts', async () => {
    scripted.login = '__cookie__:another';
    expect(await codeOf(open({ cookieFile }, withoutLogin()).bestBlock())).toBe('NODE_UNAUTHORIZED');
  });

  test('while the node is down there is none: that is waited for', async () => {
    await rm(cookieFile);
    const node = open({ cookieFile }, withoutLogin());
    const down = expect(node.bestBlock()).rejects;
    await down.toMatchObject({
      code: 'NODE_UNREACHABLE',
      remedy: 'retry',
      message: expect.stringContaining(cookieFile),
    });
    await writeFile(cookieFile, scripted.login);
    expect((await node.bestBlock()).height).toBe(5);
  });

  test('a login in the URL and a cookie file are refused together, by name', () =>
    expect(() => open({ cookieFile })).toThrow(expect.objectContaining({ code: 'NODE_CREDENTIALS_TWICE' })));
});

test.each([
  ['tcp://0.0.0.0:28332', 'tcp://127.0.0.1:28332'],
  [null, null],
])('a node that publishes at %s is listened to at %s, unless another address is configured', async (address, url) => {
  scripted.settings.zmqAddress = address;
  expect(await open().zmqUrl()).toBe(url);
  expect(await open({ zmqUrl: 'tcp://other:1' }).zmqUrl()).toBe('tcp://other:1');
});

test('initial block download means nothing on regtest', async () => {
  scripted.settings.initialBlockDownload = true;
  const node = open();
  expect(await checkNode(node, { firstBlock: 1 as Height })).toMatchObject({ kind: 'ready' });
});

test('with several nodes, one that fails or lags is left for the next', async () => {
  await using second = await startScriptedNode();
  for (const { bytes } of main.slice(1)) second.model.submit(bytes);
  let now = 0;
  const node = failover([open(), open({}, second.url)], { now: () => now, compareEveryMs: 10 });
  expect(node.label).toBe(new URL(scripted.url).host);
  scripted.fail('html', { times: 1 });
  expect((await node.bestBlock()).height).toBe(5);
  expect(node.label).toBe(new URL(second.url).host);
  for (const { bytes } of buildChain({ to: 9 }).slice(6)) scripted.model.submit(bytes);
  expect((await node.status()).blocks).toBe(5);
  now = 10;
  expect((await node.status()).blocks).toBe(9);
  expect(node.label).toBe(new URL(scripted.url).host);
});

test('a node that is distrusted is left, also while it says that it is ahead; it is asked where the others fail, and later again', async () => {
  await using second = await startScriptedNode();
  for (const { bytes } of main.slice(1)) second.model.submit(bytes);
  let now = 0;
  const node = failover([open(), open({}, second.url)], { now: () => now, compareEveryMs: 10 });
  const [first, other] = [scripted, second].map(({ url }) => new URL(url).host);
  for (const { bytes } of buildChain({ to: 9 }).slice(6)) scripted.model.submit(bytes);
  expect(node.label).toBe(first);
  node.distrust?.();
  expect(node.label).toBe(other);
  now = 10;
  expect((await node.status()).blocks).toBe(5);
  second.fail('html', { times: 1 });
  expect((await node.bestBlock()).height).toBe(9);
  expect((await node.bestBlock()).height).toBe(5);
  // Ten seconds the first time, then twice as long.
  for (const [at, blocks] of [
    [9_999, 5],
    [10_100, 9],
  ] as const) {
    now = at;
    expect((await node.status()).blocks).toBe(blocks);
  }
  expect(node.label).toBe(first);
  node.distrust?.();
  for (const [at, blocks] of [
    [30_000, 5],
    [30_200, 9],
  ] as const) {
    now = at;
    expect((await node.status()).blocks).toBe(blocks);
  }
  // Where nobody is trusted, all are.
  node.distrust?.();
  node.distrust?.();
  expect((await node.bestBlock()).height).toBeGreaterThan(0);
});

test('a node that changes its mind between two calls is asked again', async () => {
  const node = open();
  const steps: string[] = [];
  const moving: BitcoinNode = {
    ...node,
    async blockHashesFrom(height, count) {
      const hashes = await node.blockHashesFrom(height, count);
      return steps.length === 0
        ? hashes.map((hash, index) => (index === 0 ? ('ab'.repeat(32) as BlockHash) : hash))
        : hashes;
    },
  };
  for (let asked = 0; asked < 2; asked += 1) steps.push((await nextStep(moving, branchOf(main.slice(0, 3)))).kind);
  expect(steps).toEqual(['retry', 'connect']);
});
