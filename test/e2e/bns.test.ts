import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunningProcess } from '@virtualchain/local';
import {
  accountBalance,
  accountHistory,
  accountRecord,
  accountsAt,
  accountTokens,
  allNames,
  allNamesEver,
  type BnsCollections,
  consensusHashAt,
  consensusHashes,
  countNames,
  countNamesCreatedBy,
  countNamesEver,
  countNamesInNamespace,
  countOperationsAt,
  didOf,
  hadValueHash,
  heightOfConsensusHash,
  historicNameAt,
  launchedNamespaces,
  nameAt,
  nameCost,
  nameHistory,
  nameOfDid,
  namesCreatedBy,
  namesInNamespace,
  namesOfAddress,
  namespaceAt,
  namespaceCost,
  operationsAt,
  opsHashAt,
  readParameters,
  transactionStatus,
} from '@virtualchain/machine-bns';
import { foldRawBlocks } from '@virtualchain/testing';
import { BnsDesk, person } from '../kit/bns-desk.ts';
import { openReader } from '../kit/projections.ts';
import { System } from '../kit/system.ts';

const [creator, alice, bob, carol] = [person('creator'), person('alice'), person('bob'), person('carol')];
/** Hashes of zone files that nobody has. */
const [ZONE_1, ZONE_2, ZONE_3] = ['11'.repeat(20), '22'.repeat(20), '33'.repeat(20)];
const creatorTokens = 10_000_000_000n;
/** What a namespace of four letters costs in micro-Stacks, and a label of five letters in satoshis where the price is
 * 250 × 4² × 100 / 10, and in micro-Stacks at 650 / 15 (spec §5). */
const [namespacePrice, namePrice, nameTokens] = [6_400_000_000n, 40_000n, 1_733_333n];
const burnAddress = 'mfWxJ45yp2SFn7UciZyNpvDKrzbhyfKrY8';

let system: System;
let desk: BnsDesk;
let running: RunningProcess[];
/** The chain's first block; heights below are counted from it, which is 1. */
let first: number;
const at = (step: number): number => first - 1 + step;

beforeAll(async () => {
  system = await System.start({ seed: 11 });
  const machineParameters = {
    epochEnds: [0, 0, 0, 0, 0],
    endOfLife: null,
    gracePeriod: 5,
    addressVersions: { p2pkh: 111, p2sh: 196 },
    genesisAccounts: [{ address: creator.address, value: String(creatorTokens) }],
  };
  first = system.miner.tip.height + 5;
  desk = new BnsDesk(system, { firstBlock: first }, machineParameters);
  for (const each of [creator, alice, bob, carol]) await desk.fund(each);
  running = await desk.start();
}, 180_000);

afterAll(async () => {
  await Promise.all((running ?? []).map((process) => process.stop()));
  await system?.[Symbol.asyncDispose]();
}, 60_000);

const txids: Record<string, string> = {};
/** Transactions of the block with three registrations. */
const registered: string[] = [];

test('a namespace is preordered, revealed and launched, and a name imported in between', async () => {
  const early = await desk.call(creator, 'namespace', 'reveal', 'shop');
  expect(early).toMatchObject({
    code: 1,
    text: expect.stringContaining('no confirmed preorder of the namespace shop'),
  });
  await desk.mine(await desk.send(creator, 'namespace', 'preorder', 'shop'));
  expect(system.miner.tip.height).toBe(at(1));
  const unlaunched = await desk.call(alice, 'preorder', 'alice.shop');
  expect(unlaunched).toMatchObject({ code: 1, text: expect.stringContaining('there is no namespace shop') });
  await desk.mine(await desk.send(creator, 'namespace', 'reveal', 'shop', '--lifetime', '10'));
  const imported = ['import', 'gifts.shop', '--owner', alice.address, '--zonefile-hash', ZONE_3];
  await desk.mine(await desk.send(creator, ...imported));
  await desk.mine(await desk.send(creator, 'namespace', 'ready', 'shop'));
  expect(system.miner.tip.height).toBe(at(4));
}, 60_000);

test('a register without a preorder is refused before it is sent, with words', async () => {
  const refused = await desk.call(alice, 'register', 'alice.shop');
  expect(refused.code).toBe(1);
  expect(refused.text).toContain('OPERATION_REFUSED: registers alice.shop');
  expect(refused.text).toContain('run vchain bns preorder alice.shop first');
  expect(await system.rpc.call('getrawmempool')).toEqual([]);
}, 30_000);

test('names are preordered and registered, by three people in one block', async () => {
  const people = [
    [alice, 'alice.shop'],
    [bob, 'berta.shop'],
    [carol, 'carol.shop'],
  ] as const;
  const preorders = [];
  for (const [who, name] of people) preorders.push(await desk.send(who, 'preorder', name));
  await desk.mine(...preorders);
  const registers = [];
  for (const [who, name] of people) registers.push(await desk.send(who, 'register', name, '--zonefile-hash', ZONE_1));
  await desk.mine(...registers);
  registered.push(...registers);
}, 60_000);

test('a name is updated, transferred and renewed; tokens are sent beside', async () => {
  txids['update'] = await desk.send(alice, 'update', 'alice.shop', '--zonefile-hash', ZONE_2);
  await desk.mine(txids['update'], await desk.send(creator, 'send-tokens', alice.address, '1000', '--note', 'thanks'));
  txids['transfer'] = await desk.send(alice, 'transfer', 'alice.shop', bob.address, '--keep-data');
  await desk.mine(txids['transfer']);
  txids['renew'] = await desk.send(bob, 'renew', 'alice.shop');
  await desk.mine(txids['renew']);
  expect(system.miner.tip.height).toBe(at(9));
}, 60_000);

test('what the rules would not take is refused, and explained when it was sent all the same', async () => {
  const update = ['update', 'alice.shop', '--zonefile-hash', ZONE_3];
  const refused = await desk.call(carol, ...update);
  expect(refused).toMatchObject({ code: 1, text: expect.stringContaining(`alice.shop belongs to ${bob.address}`) });
  const forced = await desk.sendAndWait(carol, ...update, '--force', '--wait', '2');
  txids['forced'] = forced.txid;
  await desk.mine(forced.txid);
  const unwatched = await desk.call(bob, 'revoke', 'alice.shop', '--wait', '--timeout', '0');
  expect(unwatched).toMatchObject({
    code: 1,
    text: expect.stringContaining('WAIT_TIMED_OUT'),
    json: { verdict: null },
  });
  bob.coins.shift();
  txids['revoke'] = unwatched.json.txid;
  await desk.mine(String(txids['revoke']));
  const { code, text, json } = await forced.called;
  expect({ code, verdict: json.verdict.code, height: json.height }).toEqual({
    code: 1,
    verdict: 'NAME_UNKNOWN',
    height: at(10),
  });
  expect(text).toContain(`in block ${at(10)}, 1 of 2 confirmations; node at ${at(10)}, projection at ${at(10)}`);
  expect(text).toContain('OPERATION_REJECTED: rejected in block');
  expect(text).toContain('it is not of this key');
}, 60_000);

test('in grace a name can only be renewed; past it, it has expired', async () => {
  await desk.mineTo(at(26));
  const update = await desk.call(bob, 'update', 'berta.shop', '--zonefile-hash', ZONE_2);
  expect(update).toMatchObject({ code: 1, text: expect.stringContaining('in its grace period') });
  const renewal = await desk.sendAndWait(bob, 'renew', 'berta.shop', '--wait');
  await desk.mine(renewal.txid);
  expect(await renewal.called).toMatchObject({ code: 0, json: { verdict: { kind: 'accepted' }, height: at(27) } });
  await desk.mineTo(at(32));
  const late = await desk.call(carol, 'renew', 'carol.shop');
  expect(late).toMatchObject({
    code: 1,
    text: expect.stringContaining(`carol.shop expired: it ended at block ${at(26)}`),
  });
}, 60_000);

/** What alice.shop and its people are at three past heights, by what was done above. */
interface Past {
  readonly step: number;
  readonly status: string;
  readonly owner: string;
  readonly zone: string | null;
  readonly expires: number;
  readonly history: readonly number[];
  readonly ofAlice: readonly string[];
  readonly ofBob: readonly string[];
  readonly berta: string;
  readonly tokens: readonly [creator: bigint, alice: bigint];
  readonly updateIs: string;
  readonly forcedIs: string;
  readonly did: string;
}

const paidFor = creatorTokens - namespacePrice;
const PAST: readonly Past[] = [
  {
    step: 6,
    status: 'registered',
    owner: alice.address,
    zone: ZONE_1,
    expires: 26,
    history: [6],
    ofAlice: ['alice.shop', 'gifts.shop'],
    ofBob: ['berta.shop'],
    berta: 'registered',
    tokens: [paidFor, 0n],
    updateIs: 'unknown',
    forcedIs: 'unknown',
    did: 'name',
  },
  {
    step: 8,
    status: 'registered',
    owner: bob.address,
    zone: ZONE_2,
    expires: 26,
    history: [8, 7, 6],
    ofAlice: ['gifts.shop'],
    ofBob: ['alice.shop', 'berta.shop'],
    berta: 'registered',
    tokens: [paidFor - 1_000n, 1_000n],
    updateIs: 'accepted',
    forcedIs: 'unknown',
    did: 'name',
  },
  {
    step: 26,
    status: 'revoked',
    owner: bob.address,
    zone: null,
    expires: 29,
    history: [11, 9, 8, 7, 6],
    ofAlice: ['gifts.shop'],
    ofBob: ['berta.shop'],
    berta: 'in grace',
    tokens: [paidFor - 1_000n, 1_000n],
    updateIs: 'accepted',
    forcedIs: 'rejected',
    did: 'ended',
  },
];
const DID = `did:stack:v0:${alice.address}-1`;

test.each(PAST)(
  'the reading commands answer at a past height: $step',
  async (past) => {
    const height = at(past.step);
    const ask = async (...args: readonly string[]) => (await desk.call(null, ...args, '--at', String(height))).json;
    const [name, blog] = await Promise.all([ask('lookup', 'alice.shop'), ask('price', '.blog')]);
    expect(name).toMatchObject({
      height,
      status: past.status,
      owner: past.owner,
      zonefileHash: past.zone,
      expireBlock: at(past.expires),
      renewalDeadline: at(past.expires + 5),
      did: DID,
    });
    expect(blog).toMatchObject({ unit: 'micro-Stacks', amount: String(namespacePrice), isTaken: false });
    const [history, namesOf] = await Promise.all([ask('history', 'alice.shop'), ask('names-of', bob.address)]);
    expect(history.rows.map((row: { height: number }) => row.height)).toEqual(past.history.map(at));
    expect(namesOf.rows.map((row: { name: string }) => row.name)).toEqual(past.ofBob);
    const [price, namespace] = await Promise.all([ask('price', 'alice.shop'), ask('lookup', '.shop')]);
    const costs = { unit: 'satoshis', amount: String(namePrice), microStacks: String(nameTokens), payTo: burnAddress };
    expect(price).toMatchObject(costs);
    expect(namespace).toMatchObject({ status: 'launched', readyBlock: at(4), lifetime: 10, names: 4 });
  },
  60_000,
);

test('every query answers at three past heights', async () => {
  const instance = await desk.instance();
  const rules = readParameters(desk.machineParameters);
  const fold = await foldRawBlocks(instance, system.miner.branch());
  const sealOf = (step: number) => fold.blocks.find(({ block }) => block.height === at(step));
  await using reader = await openReader<BnsCollections>(system.postgresUrl, instance);
  for (const past of PAST) {
    await reader.read(at(past.step), async (reading) => {
      const view = { reading, rules };
      const expected = {
        owner: past.owner,
        zone: past.zone,
        expires: at(past.expires),
        revoked: past.status === 'revoked',
      };
      const found = await nameAt(view, 'alice.shop');
      expect({
        owner: found?.record.address,
        zone: found?.record.value_hash,
        expires: found?.expireBlock,
        revoked: found?.isRevoked,
      }).toEqual(expected);
      expect(await historicNameAt(view, 'alice.shop')).toEqual(found);
      expect(await historicNameAt(view, 'nobody.shop')).toBeNull();
      expect((await nameAt(view, 'berta.shop'))?.isInGrace).toBe(past.berta === 'in grace');
      expect((await nameHistory(view, 'alice.shop')).map(({ height }) => height)).toEqual(past.history.map(at));
      expect(await hadValueHash(view, 'alice.shop', ZONE_2)).toBe(past.step > 6);
      expect([await didOf(view, 'alice.shop'), (await nameOfDid(view, DID)).kind]).toEqual([DID, past.did]);
      const names = ['alice.shop', 'berta.shop', 'carol.shop', 'gifts.shop'];
      expect([await allNames(view), await allNamesEver(view), await namesInNamespace(view, 'shop')]).toEqual([
        names,
        names,
        names,
      ]);
      expect([await countNames(view), await countNamesEver(view), await countNamesInNamespace(view, 'shop')]).toEqual([
        4, 4, 4,
      ]);
      expect(await namesOfAddress(view, alice.address)).toEqual(past.ofAlice);
      expect(await namesOfAddress(view, bob.address)).toEqual(past.ofBob);
      expect((await namesCreatedBy(view, alice.address)).map(({ name }) => name)).toEqual(['gifts.shop', 'alice.shop']);
      expect(await countNamesCreatedBy(view, alice.address)).toBe(2);
      expect(await launchedNamespaces(view)).toEqual(['shop']);
      expect(await namespaceAt(view, 'shop')).toMatchObject({ isReady: true, record: { ready_block: at(4) } });
      expect(await nameCost(view, 'alice.shop')).toEqual({
        unit: 'BTC',
        amount: namePrice,
        microStacks: nameTokens,
        payTo: burnAddress,
      });
      expect(await namespaceCost(view, 'blog')).toEqual({ unit: 'STACKS', amount: namespacePrice, isTaken: false });
      expect(await countOperationsAt(view, at(6))).toBe(3);
      expect((await operationsAt(view, at(6))).map(({ event }) => event.txid)).toEqual(registered);
      expect(await opsHashAt(view, at(past.step))).toBe(sealOf(past.step)?.opsHash);
      expect(await opsHashAt(view, at(past.step + 1))).toBeNull();
      expect(await consensusHashAt(view, at(past.step))).toBe(sealOf(past.step)?.consensusHash);
      expect(await consensusHashes(view, [at(6), at(27)])).toEqual(
        new Map<number, string | null>([
          [at(6), String(sealOf(6)?.consensusHash)],
          [at(27), null],
        ]),
      );
      expect(await heightOfConsensusHash(view, String(sealOf(6)?.consensusHash))).toBe(at(6));
      expect(await transactionStatus(view, String(txids['update']))).toMatchObject({ status: past.updateIs });
      expect(await transactionStatus(view, String(txids['forced']))).toMatchObject({ status: past.forcedIs });
      const people = [creator.address, alice.address];
      expect(await Promise.all(people.map((address) => accountBalance(view, address)))).toEqual(past.tokens);
      expect((await accountRecord(view, creator.address))?.credit).toBe(creatorTokens);
      expect((await accountsAt(view, creator.address)).map(({ unit }) => unit)).toEqual(['STACKS']);
      expect(await accountTokens(view, carol.address)).toEqual([]);
      expect((await accountHistory(view, creator.address)).map(({ height }) => height)).toEqual(
        (past.step > 6 ? [7, 1, 0] : [1, 0]).map(at),
      );
    });
  }
}, 60_000);
