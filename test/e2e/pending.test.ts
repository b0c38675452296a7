/** Operations that are in no block, on the real stack: an operation's life as a subscriber sees it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bytesToHex, type Sats } from '@virtualchain/bitcoin';
import { type FeedEntry, followFeed, followPending, type PendingEntry } from '@virtualchain/gateway-client';
import type { RunningProcess } from '@virtualchain/local';
import { openMempool } from '@virtualchain/node-client';
import { fundWallets, type SignedTransaction, type Wallet } from '@virtualchain/testing';
import { startedLine } from '../kit/started-line.ts';
import { System } from '../kit/system.ts';
import { until } from '../kit/until.ts';

let system: System;
let projector: RunningProcess;
let [alice, bob, carol]: readonly Wallet[] = [];
const leaving = new AbortController();
/** What both streams brought, in the order in which it came. */
const seen: (FeedEntry | PendingEntry)[] = [];
let following: Promise<void>[];

/** A node that publishes transactions is not polled: the poll is longer than any test. */
async function observing() {
  const url = system.parts.node.url;
  await using mempool = openMempool(url);
  const isPublished = (await mempool.zmqUrl()) !== null;
  return { VCHAIN_PENDING_NODE_URL: url, VCHAIN_PENDING_POLL_MS: isPublished ? '3600000' : '100' };
}

beforeAll(async () => {
  system = await System.start({ seed: 33 });
  const wallets = ['alice', 'bob', 'carol'].map((name) => system.miner.walletOf(`pending ${name}`));
  [alice, bob, carol] = wallets;
  await fundWallets(system.miner, wallets, { coinsEach: 8 });
  projector = await system.projector('kv', await observing());
  await system.ingester();
  await system.mine(1);
  await system.arrived(['kv']);
  const gateway = await system.run('services/cli/src/main.ts', ['gateway', '--api-port', '0']);
  const { address } = await startedLine(gateway);
  const options = { gateway: address, chain: 'kv', machine: 'kv', signal: leaving.signal };
  const streams = [followFeed({ ...options, from: 'start' }), followPending({ ...options, transport: 'websocket' })];
  following = streams.map(async (stream: AsyncIterable<FeedEntry | PendingEntry>) => {
    for await (const entry of stream) seen.push(entry);
  });
  await until(
    'the views are told',
    async () => seen.map(({ kind }) => kind),
    (kinds) => kinds.includes('pending.begun'),
    60_000,
  );
}, 240_000);

afterAll(async () => {
  leaving.abort();
  await Promise.all(following ?? []);
  await system?.[Symbol.asyncDispose]();
}, 60_000);

const text = (payload: string) => new TextEncoder().encode(payload);

async function send({ bytes }: SignedTransaction): Promise<void> {
  await system.rpc.call('sendrawtransaction', bytesToHex(bytes));
}

/** What was told of an operation, and when its block was taken back, as words. */
function lifeOf(txid: string): readonly string[] {
  const blocks = new Set<string>();
  return seen.flatMap((entry) => {
    if (entry.kind === 'block.retracted') return blocks.delete(entry.blockHash) ? ['retracted'] : [];
    const ofOperation = 'operation' in entry && entry.operation.txid === txid;
    if (!ofOperation) return [];
    if (entry.kind === 'pending.judged')
      return [`pending ${entry.verdict}${entry.code === null ? '' : ` ${entry.code}`}`];
    if (entry.kind.startsWith('operation.')) blocks.add(String(entry.blockHash));
    return [entry.kind];
  });
}

async function untilLife(txid: string, life: readonly string[]): Promise<void> {
  await until(
    `the life of ${txid} is: ${life.join(', ')}`,
    async () => lifeOf(txid).toSorted(),
    (found) => JSON.stringify(found) === JSON.stringify(life.toSorted()),
    60_000,
  );
}

test('pending, accepted, retracted by a reorganisation, pending again, accepted', async () => {
  const claim = (alice as Wallet).operation(text('kv+alpha'));
  const before = system.miner.tip;
  await send(claim);
  await untilLife(claim.txid, ['pending accepted']);
  const mined = await system.miner.mine([claim]);
  await untilLife(claim.txid, ['pending accepted', 'operation.accepted', 'pending.confirmed']);
  const confirmed = seen.find(({ kind }) => kind === 'pending.confirmed');
  expect(confirmed).toMatchObject({ height: mined.height, blockHash: mined.hash });
  const fork = system.miner.forkAt(before.hash);
  await fork.mineMany(2);
  const again = ['pending accepted', 'operation.accepted', 'pending.confirmed', 'retracted', 'pending accepted'];
  await untilLife(claim.txid, again);
  await fork.mine([claim]);
  await untilLife(claim.txid, [...again, 'operation.accepted', 'pending.confirmed']);
  // Each stream has its own order; the feed's and that of what waits are these.
  const life = lifeOf(claim.txid);
  expect(life.filter((word) => !word.startsWith('pending'))).toEqual([
    ...['operation.accepted', 'retracted', 'operation.accepted'],
  ]);
  expect(life.filter((word) => word.startsWith('pending'))).toEqual([
    ...['pending accepted', 'pending.confirmed', 'pending accepted', 'pending.confirmed'],
  ]);
}, 120_000);

test('operations that wait are judged on top of each other, and anew where a block changes what they meet', async () => {
  const first = (bob as Wallet).operation(text('kv+beta'));
  const second = (carol as Wallet).operation(text('kv+beta'));
  const taken = (carol as Wallet).operation(text('kv+alpha'));
  await send(first);
  await untilLife(first.txid, ['pending accepted']);
  for (const each of [second, taken]) await send(each);
  await untilLife(second.txid, ['pending rejected NAME_TAKEN']);
  await untilLife(taken.txid, ['pending rejected NAME_TAKEN']);
  await system.miner.mine([second]);
  await untilLife(first.txid, ['pending accepted', 'pending rejected NAME_TAKEN']);
  await untilLife(second.txid, ['pending rejected NAME_TAKEN', 'operation.accepted', 'pending.confirmed']);
  await system.miner.mine([first, taken]);
  await untilLife(taken.txid, ['pending rejected NAME_TAKEN', 'operation.rejected', 'pending.confirmed']);
}, 120_000);

test('a child waits behind its parent, whatever came first', async () => {
  const claim = (alice as Wallet).operation(text('kv+child'));
  const update = (alice as Wallet).operation(text('kv=child:61'), {
    coins: (alice as Wallet).coins().filter(({ txid }) => txid === claim.txid),
  });
  await send(claim);
  await send(update);
  await untilLife(update.txid, ['pending accepted']);
  await system.miner.mine([claim, update]);
  await untilLife(update.txid, ['pending accepted', 'operation.accepted', 'pending.confirmed']);
}, 120_000);

test('one that is replaced by fee: by another operation, and by a transaction that is none; no block and no log hears of it', async () => {
  const coins = (bob as Wallet).coins().slice(0, 1);
  const spend = { coins, sequence: 0xfffffffd };
  const replaced = (bob as Wallet).operation(text('kv+gamma'), { ...spend, fee: 1_000n });
  const better = (bob as Wallet).operation(text('kv+delta'), { ...spend, fee: 3_000n });
  const last = (bob as Wallet).pay([{ value: 20_000n as Sats, script: (carol as Wallet).script }], {
    ...{ ...spend, fee: 9_000n },
  });
  await send(replaced);
  await untilLife(replaced.txid, ['pending accepted']);
  await send(better);
  await untilLife(replaced.txid, ['pending accepted', 'pending.replaced']);
  await untilLife(better.txid, ['pending accepted']);
  await send(last);
  await untilLife(better.txid, ['pending accepted', 'pending.replaced']);
  const by = (txid: string) =>
    seen.find((entry) => entry.kind === 'pending.replaced' && entry.txid === txid) as PendingEntry;
  expect(by(replaced.txid)).toMatchObject({ by: better.txid });
  expect(by(better.txid)).toMatchObject({ by: last.txid });
  expect(seen.find((entry) => entry.kind === 'pending.judged' && entry.txid === better.txid)).toMatchObject({
    replaces: replaced.txid,
  });
  await system.miner.mine([last]);
  await system.arrived(['kv']);
  const logged: string[] = [];
  for await (const { changes } of system.log.read(system.topic, { after: null, untilEnd: true }))
    for (const change of changes)
      if (change.kind === 'connected') logged.push(...change.operations.map(({ txid }) => txid));
  expect(logged).not.toContain(replaced.txid);
  expect(logged).not.toContain(better.txid);
}, 120_000);

test('one whose coin a block spends otherwise is dropped', async () => {
  const coins = (carol as Wallet).coins().slice(0, 1);
  const waiting = (carol as Wallet).operation(text('kv+epsilon'), { coins });
  const mined = (carol as Wallet).pay([{ value: 20_000n as Sats, script: (bob as Wallet).script }], { coins });
  await send(waiting);
  await untilLife(waiting.txid, ['pending accepted']);
  await system.miner.mine([mined]);
  await untilLife(waiting.txid, ['pending accepted', 'pending.dropped']);
  expect(seen.findLast(({ kind }) => kind === 'pending.dropped')).toMatchObject({ reason: 'spent' });
}, 120_000);

test('a projector that begins again tells anew what waits', async () => {
  const waiting = (alice as Wallet).operation(text('kv+zeta'));
  await send(waiting);
  await untilLife(waiting.txid, ['pending accepted']);
  await projector.kill('SIGKILL');
  await projector.exited;
  projector = await system.projector('kv', await observing());
  await untilLife(waiting.txid, ['pending accepted', 'pending accepted']);
  const [begun, told] = [seen.findLastIndex(({ kind }) => kind === 'pending.begun'), seen.length - 1];
  expect(begun).toBeGreaterThan(0);
  expect(begun).toBeLessThan(told);
  await system.miner.mine([waiting]);
  await untilLife(waiting.txid, [
    ...['pending accepted', 'pending accepted', 'operation.accepted', 'pending.confirmed'],
  ]);
}, 120_000);
