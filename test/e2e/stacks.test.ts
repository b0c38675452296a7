/**
 * A made-up network of Stacks on a real node: keys, commits on time and late, requests in the block of their PreStx and 200 blocks behind,
 * through reorganisations that change which commit is a parent. What the projection holds is the fold of the raw blocks, and what a
 * table says that was made by hand. Beside it every payload of the same node, in blocks of 1,200.
 */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bytesToHex, hash160, parseTransaction } from '@virtualchain/bitcoin';
import { loadChain, loadMachine } from '@virtualchain/definitions';
import { ASSUMPTIONS, parseStacksAddress, stacksAddressText } from '@virtualchain/machine-stacks';
import type { MachineInstance } from '@virtualchain/projection';
import {
  type BuiltBlock,
  compareWithFold,
  dataScript,
  foldRawBlocks,
  fundWallets,
  type SignedTransaction,
  spendingTransaction,
} from '@virtualchain/testing';
import { countPayloads } from '../kit/count-payloads.ts';
import { openReader } from '../kit/projections.ts';
import { Actor, pay, SOMEBODY, stacksParameters } from '../kit/stacks-actors.ts';
import { startedLine } from '../kit/started-line.ts';
import { System } from '../kit/system.ts';

const ASKED = { sortition: { assume: ASSUMPTIONS } };
const VRF = [
  'a366b51292bef4edd64063d9145c617fec373bceb0758e98cd72becd84d54c7a',
  'bb519494643f79f1dea0350e6fb9a1da88dfdb6137117fc2523824a8aa44fe1c',
] as const;
const ACTORS = ['alice', 'bob', 'carol', 'dave'] as const;
/** All that 128 bits hold. */
const LARGEST = 2n ** 128n - 1n;

let system: System;
let alice: Actor;
let bob: Actor;
let carol: Actor;
let dave: Actor;
/** The first block of the network: heights below are counted from it. */
let first: number;
/** What the table says of each transaction on the winning branch: accepted, or the code. */
const table = new Map<string, string>();

beforeAll(async () => {
  system = await System.start({ seed: 58 });
  await fundWallets(
    system.miner,
    ACTORS.map((name) => system.miner.walletOf(name)),
    { coinsEach: 25 },
  );
  [alice, bob, carol, dave] = ACTORS.map((name) => new Actor(system.miner, name)) as [Actor, Actor, Actor, Actor];
  first = system.miner.tip.height;
  const parameters = JSON.stringify(stacksParameters(first));
  const all = JSON.stringify({ firstBlock: first + 1 });
  const planning = await system.run('services/cli/src/main.ts', ['plan', '--chain', 'opreturn']);
  expect(await planning.exited).toMatchObject({ code: 0 });
  expect(await readFile(planning.logFile, 'utf8')).toContain('the chain needs no transaction index');
  await system.ingester({}, [
    '--chain',
    'stacks',
    '--chain-parameters',
    parameters,
    '--chain',
    'opreturn',
    '--chain-parameters',
    all,
  ]);
  await system.run('services/projector/src/main.ts', [
    ...['--chain', 'stacks', '--machine', 'stacks', '--chain-parameters', parameters],
    ...['--machine-parameters', JSON.stringify(ASKED)],
  ]);
  await system.run('services/projector/src/main.ts', [
    '--chain',
    'opreturn',
    '--machine',
    'opreturn',
    '--chain-parameters',
    all,
  ]);
}, 240_000);

afterAll(async () => system?.[Symbol.asyncDispose](), 60_000);

/** Mines a block of operations, each with what the table says of it. */
async function mine(...operations: readonly (readonly [SignedTransaction, string])[]): Promise<BuiltBlock> {
  return mineOn(system.miner.tip, operations);
}

async function mineOn(
  parent: BuiltBlock,
  operations: readonly (readonly [SignedTransaction, string])[],
): Promise<BuiltBlock> {
  for (const [{ txid }, verdict] of operations) table.set(txid, verdict);
  return system.miner.mine(
    operations.map(([transaction]) => transaction),
    { parent: parent.hash },
  );
}

const at = (offset: number): number => first + offset;

async function instanceOf(name: 'stacks' | 'opreturn'): Promise<MachineInstance> {
  const parameters = name === 'stacks' ? ASKED : {};
  const chain = await loadChain(name, name === 'stacks' ? stacksParameters(first) : { firstBlock: first + 1 });
  return { chain, network: 'regtest', parameters, machine: await loadMachine(name, chain, parameters) };
}

/** Waits for the projection, and holds it to the fold of the raw blocks and to the table. */
async function holds(): Promise<void> {
  await system.arrived(['stacks', 'opreturn']);
  const branch = system.miner.branch();
  for (const name of ['stacks', 'opreturn'] as const) {
    const instance = await instanceOf(name);
    await using reader = await openReader(system.postgresUrl, instance);
    const fold = await foldRawBlocks(instance, branch);
    expect(await reader.read('tip', (reading) => compareWithFold(reading, fold))).toEqual([]);
    if (name === 'opreturn') continue;
    const told = fold.blocks.flatMap(({ outcomes }) =>
      outcomes.map(({ event, verdict }) => [event.txid, verdict.kind === 'accepted' ? 'accepted' : verdict.code]),
    );
    const expected = told.map(([txid]) => [txid, table.get(txid ?? '')]);
    expect(told).toEqual(expected);
  }
}

/** Rows of the projection, as they were written. */
async function rows(name: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  await using reader = await openReader(system.postgresUrl, await instanceOf('stacks'));
  return await reader.read('tip', async ({ state }) => Array.fromAsync(state[name]?.all() ?? []));
}

async function answer(query: string, given: object): Promise<unknown> {
  const instance = await instanceOf('stacks');
  await using reader = await openReader(system.postgresUrl, instance);
  return await reader.read('tip', async (reading) =>
    instance.machine.queries?.[query]?.ask(reading, { limit: 50, ...given }),
  );
}

const kept: Record<string, SignedTransaction> = {};

test('keys, and commits on time and late, by the rules of their epochs', async () => {
  const keyOfAlice = alice.key(VRF[0]);
  await mine([keyOfAlice, 'accepted'], [bob.key(VRF[1]), 'accepted'], [carol.key(VRF[0]), 'keyAlreadyRegistered']);
  const keyA = [at(1), 1] as const;
  const keyB = [at(1), 2] as const;
  const genesis = [0, 0] as const;
  // 2.05: the marker is 5, and whoever is late is out.
  const a2 = alice.commit({ height: at(2), key: keyA, parent: genesis, memo: 5 });
  const b2 = bob.commit({ height: at(2), key: keyB, parent: genesis, memo: 5 });
  const unmarked = carol.commit({ height: at(2), key: keyB, parent: genesis, memo: 4 });
  await mine([a2, 'accepted'], [b2, 'accepted'], [unmarked, 'epochMarkerTooSmall']);
  const a3 = alice.commit({ height: at(3), key: keyA, parent: [at(2), 1], memo: 5, spends: a2 });
  const b3 = bob.commit({ height: at(3), key: keyB, parent: [at(2), 2], memo: 5, late: 1, spends: b2 });
  const parentless = carol.commit({ height: at(3), key: keyB, parent: [at(2), 3], memo: 5 });
  const keyless = dave.commit({ height: at(3), key: [at(1), 3], parent: [at(2), 1], memo: 5 });
  await mine([a3, 'accepted'], [b3, 'missedTarget'], [parentless, 'noParentCommit'], [keyless, 'noLeaderKey']);
  // A segwit output is none that 2.05 reads.
  const early = carol.commit({
    height: at(4),
    key: keyB,
    parent: [at(3), 1],
    memo: 5,
    outputs: [SOMEBODY.p2wpkh, SOMEBODY.p2wpkh],
  });
  await mine([early, 'outputUndecodable']);
  await system.miner.mineTo(at(11));
  // 2.1: the marker is 6, and one block late is recorded.
  const a12 = alice.commit({
    height: at(12),
    key: keyA,
    parent: [at(3), 1],
    memo: 6,
    outputs: [SOMEBODY.p2tr, SOMEBODY.p2wpkh],
    spends: a3,
  });
  const b12 = bob.commit({ height: at(12), key: keyB, parent: [at(3), 1], memo: 0, late: 1, spends: b3 });
  const c12 = carol.commit({ height: at(12), key: keyB, parent: [at(3), 1], memo: 6, late: 2 });
  await mine([a12, 'accepted'], [b12, 'missedTarget'], [c12, 'missedTarget']);
  const b13 = bob.commit({ height: at(13), key: keyB, parent: [at(12), 1], memo: 6, spends: b12, seed: 1 });
  await mine([b13, 'accepted']);
  Object.assign(kept, { a12, keyOfAlice });
  await holds();
  expect(await rows('missed')).toMatchObject([
    { txid: b12.txid, height: at(12), intended_height: at(11), burn: 2_000n },
  ]);
  expect((await rows('keys')).map(({ height, vtxindex, commits }) => [height, vtxindex, commits])).toEqual([
    [at(1), 1, 3],
    [at(1), 2, 2],
  ]);
  expect(await answer('commits_of_key', { height: at(1), vtxindex: 2 })).toMatchObject({
    commits: [{ txid: b2.txid }, { txid: b13.txid, parent_link: 'found', verdict: 'well-formed' }],
    next: null,
  });
}, 240_000);

test('requests in the block of their PreStx, and PreStx that something else spends', async () => {
  const [p1, p2, p3, p4] = [carol.preStx(), carol.preStx(), carol.preStx(), carol.preStx()];
  const lost = dave.preStx();
  const unused = dave.preStx();
  await mine(
    [p1, 'accepted'],
    [carol.stack(p1, LARGEST, SOMEBODY.p2tr), 'accepted'],
    [p2, 'accepted'],
    [carol.transfer(p2, 5n, SOMEBODY.p2pkh), 'accepted'],
    [p3, 'accepted'],
    [carol.delegate(p3, 6n, SOMEBODY.p2sh, SOMEBODY.p2wpkh), 'accepted'],
    [p4, 'accepted'],
    [carol.vote(p4), 'accepted'],
    [lost, 'accepted'],
    [unused, 'accepted'],
  );
  const [q1, q2, q3, q4, zero, self] = [
    carol.preStx(),
    carol.preStx(),
    carol.preStx(),
    carol.preStx(),
    carol.preStx(),
    carol.preStx(),
  ];
  const spending = dave.wallet.pay([pay(SOMEBODY.p2pkh)], { coins: [Actor.outputOf(lost, 1)], fee: 1_000n });
  for (const { txid } of [q1, q2, q3, q4, zero, self]) table.set(txid, 'accepted');
  await system.miner.mine([q1, q2, q3, q4, zero, self, spending]);
  Object.assign(kept, { q1, q2, q3, q4, zero, self, lost, unused });
  await holds();
  const [stacked] = (await rows('stx_operations')).filter(({ kind }) => kind === 'stack_stx');
  expect(stacked).toMatchObject({
    amount: LARGEST,
    max_amount: LARGEST,
    verdict: 'requested',
    pre_stx_link: 'found',
    cycles: 12,
  });
  const sender = parseStacksAddress(String(stacked?.['sender']));
  expect([sender?.version, bytesToHex(sender?.hash ?? new Uint8Array(0))]).toEqual([
    26,
    bytesToHex(carol.wallet.keyHash),
  ]);
  expect((await rows('stx_operations')).filter(({ kind }) => kind === 'delegate_stx')).toMatchObject([
    { until_height: 2n ** 64n - 1n },
  ]);
}, 120_000);

test('the prepare phase wants a burn, and 200 blocks do not make a PreStx too old', async () => {
  await system.miner.mineTo(at(96));
  const key = [at(1), 1] as const;
  const paying = dave.commit({ height: at(97), key, parent: [at(13), 1], memo: 0x0a });
  const burning = alice.commit({ height: at(97), key, parent: [at(13), 1], memo: 0x0a, outputs: [SOMEBODY.burn] });
  await mine([paying, 'notBurnOutput'], [burning, 'accepted']);
  await system.miner.mineTo(at(214));
  const { q1, q2, q3, q4, zero, self, unused } = kept as Record<string, SignedTransaction>;
  const [stack, transfer, delegate, vote] = [q1, q2, q3, q4].map((each) => each as SignedTransaction);
  await mine(
    [carol.stack(stack as SignedTransaction, 7n, SOMEBODY.p2pkh), 'accepted'],
    [carol.transfer(transfer as SignedTransaction, 8n, SOMEBODY.p2sh), 'accepted'],
    [carol.delegate(delegate as SignedTransaction, 9n, SOMEBODY.p2pkh, SOMEBODY.p2pkh), 'accepted'],
    [carol.vote(vote as SignedTransaction), 'accepted'],
    [carol.transfer(zero as SignedTransaction, 0n, SOMEBODY.p2sh), 'zeroAmount'],
    [carol.transfer(self as SignedTransaction, 1n, carol.script), 'selfTransfer'],
    [dave.stack(unused as SignedTransaction, 1n, SOMEBODY.p2pkh, 2), 'notSecondOutput'],
    [alice.stack(kept['a12'] as SignedTransaction, 1n, SOMEBODY.p2pkh, 3), 'notSecondOutput'],
    [alice.stack(kept['keyOfAlice'] as SignedTransaction, 1n, SOMEBODY.p2pkh), 'noPreStx'],
  );
  await holds();
  const left = (await rows('pre_stx')).filter(({ used }) => used === false).map(({ txid }) => txid);
  const expected = ['zero', 'self', 'lost', 'unused'].map((name) => kept[name]?.txid);
  expect(left.sort()).toEqual(expected.sort());
  expect(await answer('unused_pre_stx', {})).toMatchObject({ next: null });
  expect(await answer('requests_of_kind', { kind: 'vote_for_aggregate_key' })).toMatchObject({
    requests: [{ height: at(14) }, { height: at(215), reward_cycle: '3', round: '2' }],
  });
}, 240_000);

/** Two commits in one block, in an order, and a child of the first of them in the next: whose child it is changes with the order. */
async function familyOn(parent: BuiltBlock, order: readonly [Actor, Actor], length: number): Promise<BuiltBlock> {
  const height = parent.height + 1;
  const key = [at(1), 1] as const;
  const both = order.map((actor, index) => {
    return [
      actor.commit({ height, key, parent: [0, 0], memo: 0x0b, value: 2_000n + BigInt(index), seed: 2 + index }),
      'accepted',
    ] as const;
  });
  let tip = await mineOn(parent, both);
  const child = dave.commit({ height: height + 1, key, parent: [height, 1], memo: 0x0b, seed: 9 });
  const orphan = dave.commit({ height: height + 1, key, parent: [height, 3], memo: 0x0b, seed: 9 });
  tip = await mineOn(tip, [
    [child, 'accepted'],
    [orphan, 'noParentCommit'],
  ]);
  while (tip.height < parent.height + length) tip = await mineOn(tip, []);
  return tip;
}

test.each([1, 3, 12])(
  'a reorganisation of depth %i changes which commit is a parent',
  async (depth) => {
    const below = system.miner.tip;
    // Of depth 1 only the child goes: it stands in another block of the same parents.
    const length = Math.max(2, depth);
    await familyOn(below, [alice, bob], length);
    await holds();
    const fork = depth === 1 ? (system.miner.branch()[below.height + 1] as BuiltBlock) : below;
    if (depth === 1) {
      const child = dave.commit({
        height: fork.height + 1,
        key: [at(1), 2],
        parent: [fork.height, 2],
        memo: 0x0b,
        seed: 8,
      });
      await mineOn(await mineOn(fork, [[child, 'accepted']]), []);
    } else await familyOn(fork, [bob, alice], length + 1);
    await holds();
    const [child] = (await rows('commits')).filter(({ height }) => height === below.height + 2);
    const parent = (await rows('commits')).find(
      ({ height, vtxindex }) => height === child?.['parent_height'] && vtxindex === child?.['parent_vtxindex'],
    );
    // On the branch that won the parent is bob's commit: the second in the order of before, or the first in that of after.
    const { address } = bob.wallet;
    expect(parent).toMatchObject({ miner: address, height: below.height + 1 });
  },
  180_000,
);

test('sortitions go on from block to block, and what is selected burnt', async () => {
  const sortitions = await rows('sortitions');
  expect(sortitions).toHaveLength(system.miner.tip.height - first);
  const selected = sortitions.filter(({ selected_txid }) => selected_txid !== null);
  expect(selected.length).toBeGreaterThanOrEqual(5);
  for (const { reason, selected_txid } of sortitions) expect(reason === null).toBe(selected_txid !== null);
  expect(sortitions.at(-1)).toMatchObject({ reason: 'noCommits' });
  expect(new Set(sortitions.map(({ consensus_hash }) => consensus_hash)).size).toBe(sortitions.length);
}, 60_000);

test('pages of one row, put together, are what the collections hold', async () => {
  const told = async (query: string, given: object): Promise<unknown[]> => {
    const txids: unknown[] = [];
    for (let after: unknown; after !== null; ) {
      const page = (await answer(query, { ...given, limit: 1, ...(after === undefined ? {} : { after }) })) as object;
      const [[, list] = [], [, next] = []] = Object.entries(page);
      expect(list.length).toBeLessThanOrEqual(1);
      txids.push(...list.map(({ txid }: { readonly txid: unknown }) => txid));
      after = next;
    }
    return txids;
  };
  const held = async (name: string, given: object): Promise<unknown[]> =>
    (await rows(name))
      .filter((row) => Object.entries(given).every(([column, value]) => row[column] === value))
      .sort((one, other) => Number(one['height']) - Number(other['height']))
      .map(({ txid }) => txid);
  const { address } = alice.wallet;
  const sender = stacksAddressText({ version: 26, hash: hash160(carol.wallet.publicKey) });
  const asked = [
    ['commits_of_block', { height: at(2) }, 'commits', { height: at(2) }],
    ['commits_of_key', { height: at(1), vtxindex: 1 }, 'commits', { key_height: at(1), key_vtxindex: 1 }],
    ['commits_of_miner', { miner: address }, 'commits', { miner: address }],
    ['missed_commits', {}, 'missed', {}],
    ['missed_commits', { height: at(12) }, 'missed', { height: at(12) }],
    ['missed_commits', { miner: bob.wallet.address }, 'missed', { miner: bob.wallet.address }],
    ['missed_commits', { miner: address }, 'missed', { miner: address }],
    ['requests_of_address', { address: sender, role: 'sender' }, 'stx_operations', { sender }],
    [
      'requests_of_address',
      { address: sender, role: 'sender', kind: 'stack_stx' },
      'stx_operations',
      { sender, kind: 'stack_stx' },
    ],
    ['requests_of_kind', { kind: 'transfer_stx' }, 'stx_operations', { kind: 'transfer_stx' }],
    ['unused_pre_stx', {}, 'pre_stx', { used: false }],
  ] as const;
  const counts: number[] = [];
  for (const [query, given, collection, holding] of asked) {
    const found = await told(query, given);
    const isById = collection !== 'commits';
    const [a, b] = [found, await held(collection, holding)].map((each) => (isById ? each.toSorted() : each));
    expect([query, a]).toEqual([query, b]);
    counts.push(found.length);
  }
  // Nobody's are empty but alice's late ones, of which there are none.
  expect(counts.map((count) => count > 0)).toEqual(asked.map((_, index) => index !== 6));
}, 60_000);

test('a gateway serves the queries, and tells of requests above an amount', async () => {
  const gateway = await system.run('services/cli/src/main.ts', ['gateway', '--api-port', '0']);
  const { address } = await startedLine(gateway);
  const base = `${address}/v1/chains/stacks/machines/stacks`;
  const burns = await fetch(`${base}/queries/burns_of_miner?miner=${alice.wallet.address}&from=${at(2)}&to=${at(12)}`);
  expect(await burns.json()).toMatchObject({
    result: {
      commits: 3,
      burn: '6000',
      next: null,
      blocks: [{ height: at(2), burn: '2000' }, { height: at(3) }, { height: at(12) }],
    },
  });
  const feed = new URL(`${base}/feed`);
  feed.search = new URLSearchParams({
    from: 'start',
    blocks: 'false',
    filter: 'name=stack_stx and verdict=accepted and decoded.amount>=8',
  }).toString();
  const { entries } = (await (await fetch(feed)).json()) as {
    entries: { operation?: { decoded: { amount: string } } }[];
  };
  const amounts = entries.flatMap(({ operation }) => (operation === undefined ? [] : [operation.decoded.amount]));
  expect(amounts).toEqual([String(LARGEST)]);
  const keys = await fetch(`${address}/v1/chains/opreturn/machines/opreturn/queries/payloads_by_prefix?prefix=54335e`);
  expect(await keys.json()).toMatchObject({
    result: { payloads: [{ height: at(1) }, { height: at(1) }, { height: at(1) }], next: null },
  });
  // What the explorer looks up for whoever pastes a prefix, or how a payload begins or what it hashes to.
  const collections = `${address}/v1/chains/opreturn/machines/opreturn/collections`;
  const ofPrefix = await fetch(`${collections}/prefixes/rows/5433`);
  expect(await ofPrefix.json()).toMatchObject({ row: { prefix: '5433', first_height: at(1) } });
  const { entries: payloads } = (await (await fetch(`${collections}/payloads`)).json()) as {
    entries: Readonly<Record<string, unknown>>[];
  };
  for (const column of ['start', 'sha256', 'txid'] as const) {
    const found = await fetch(`${collections}/payloads/by/${column}?${column}=${payloads[0]?.[column]}`);
    const { entries } = (await found.json()) as { entries: object[] };
    expect(entries).toContainEqual(payloads[0]);
  }
  const operations = (await (await fetch(`${base}/operations`)).json()) as { entries: object[] };
  expect(operations.entries[0]).toMatchObject({ isWithoutSenders: true, senders: [], fee: '0' });
}, 120_000);

test('blocks of 1,200 payloads are counted as an independent count does', async () => {
  const outputs = Array.from({ length: 1_200 }, () => pay(Uint8Array.of(0x51), 600n));
  for (let block = 0; block < 2; block += 1) {
    const coins = system.miner.wallet.pay(outputs, { fee: 50_000n });
    const transaction = parseTransaction(coins.bytes);
    const spending = outputs.map((_output, index) => {
      const data = new TextEncoder().encode(index % 10 === 0 ? 'ten' : `p${index % 7} number ${index}`);
      return spendingTransaction({
        spends: [{ transaction, index }],
        outputs: [{ value: 0n, script: dataScript(data) }],
      });
    });
    await system.miner.mine([coins, ...spending]);
  }
  await holds();
  const blocks = system.miner.branch().filter(({ height }) => height > first);
  const counted = countPayloads(blocks.map(({ bytes }) => bytes));
  await using reader = await openReader(system.postgresUrl, await instanceOf('opreturn'));
  const stored = await reader.read('tip', async ({ state }) => ({
    payloads: await state['payloads']?.total(),
    byPrefix: Object.fromEntries(
      (await Array.fromAsync(state['prefixes']?.all() ?? [])).map((row) => {
        const { prefix, payloads } = row as { prefix: Uint8Array; payloads: number };
        return [bytesToHex(prefix), payloads];
      }),
    ),
  }));
  expect(stored).toEqual({ payloads: counted.payloads, byPrefix: counted.byPrefix });
  expect(counted.payloads).toBeGreaterThan(2_400);
}, 240_000);
