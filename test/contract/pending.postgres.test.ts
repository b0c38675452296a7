/** Operations in no block: how they are judged on a live build, and what a gateway tells of a view of them. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Height } from '@virtualchain/bitcoin';
import { type RealParts, startRealParts } from '@virtualchain/local';
import type { AnyStateMachine } from '@virtualchain/machine';
import {
  beginPending,
  judgePending,
  type MachineInstance,
  openProjection,
  openRegistry,
  type PendingHappening,
  type PostgresProjection,
  type Registry,
} from '@virtualchain/projection';
import type { OperationEvent } from '@virtualchain/protocol';
import { type GatewayApi, gatewayOver } from '../kit/gateway-api.ts';
import { Client } from '../kit/postgres-client.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { changesOf, connectKv, kvInstance, scriptOf } from './kv-log.ts';
import { FIRST_BLOCK, hashOf, operationOf } from './log-blocks.ts';

let parts: RealParts<'postgres'>;
let url: string;
let registry: Registry;
let live: PostgresProjection;
let gateway: GatewayApi;

const TIP = FIRST_BLOCK + 1;
const TIP_BLOCK = { height: TIP as Height, hash: hashOf('0a') };

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  url = await parts.postgres.createDatabase(`pending_${parts.runId}`);
  live = await openProjection(url, kvInstance());
  await live.advance(await changesOf([connectKv('0', ['alice +a', 'bob +b']), connectKv('0a', ['alice +c'])]));
  registry = await openRegistry(url);
  gateway = await gatewayOver(registry, 'regtest');
}, 120_000);
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await live?.close();
  await registry?.[Symbol.asyncDispose]();
  await parts?.[Symbol.asyncDispose]();
});

/** `bob +d`, as an event of the next block. */
function waiting(...spelled: readonly string[]): (height: Height) => readonly OperationEvent[] {
  return (height) =>
    spelled.map((each, i) => {
      const [sender = '', operation = ''] = each.split(/ (.*)/s);
      const hex = (text: string) => Buffer.from(text, 'latin1').toString('hex');
      return {
        ...operationOf('0ab', i),
        ...{ schema: 1, log: '00'.repeat(16), epoch: 1, sequence: i + 1, height },
        ...{ opcode: hex(operation.slice(0, 1)), payload: hex(operation.slice(1)) },
        senders: [{ value: '10000', scriptPubKey: scriptOf(sender), scriptType: 'pubkeyhash', addresses: [] }],
      } as unknown as OperationEvent;
    });
}

const judged = async (instance: MachineInstance, ...spelled: readonly string[]) => {
  const found = await judgePending(registry, instance, { operations: waiting(...spelled), gone: [] });
  return [...(found?.verdicts.values() ?? [])].map(({ kind, code }) => `${kind} ${code ?? ''}`.trim());
};

test('each operation sees what is in blocks, and what those before it would do; nothing of it stays', async () => {
  const spelled = ['carol +a', 'bob +d', 'carol +d', 'bob =d:61', 'alice -a', 'carol +a', 'carol ?x'];
  const expected = [
    ...['rejected NAME_TAKEN', 'accepted', 'rejected NAME_TAKEN', 'accepted', 'accepted', 'accepted'],
    'ignored OPCODE_UNKNOWN',
  ];
  expect(await judged(kvInstance(), ...spelled)).toEqual(expected);
  expect(await judged(kvInstance(), ...spelled)).toEqual(expected);
  await using client = await Client.connect(url);
  expect(await client.rows('select name from kv_kv.names order by name')).toEqual([
    ...['a', 'b', 'c'].map((name) => ({ name })),
  ]);
}, 60_000);

test('one at which the rules throw is told as such, and the others are judged without it', async () => {
  const instance = kvInstance();
  const decide: AnyStateMachine['decide'] = (op, context, state) => {
    if (op.payload.name === 'd') throw new TypeError('nobody thought of d');
    return instance.machine.decide(op, context, state);
  };
  const bad = { ...instance, machine: { ...instance.machine, decide } };
  expect((await judged(bad, 'bob +d', 'carol +e', 'carol +d', 'bob +e')).toSorted()).toEqual([
    ...['accepted', 'faulted MACHINE_FAULTED', 'faulted MACHINE_FAULTED', 'rejected NAME_TAKEN'],
  ]);
}, 60_000);

test('an operation that is in a block by now is found there, and a machine that folds no further block judges none', async () => {
  const { txid } = operationOf('0a', 0);
  const found = await judgePending(registry, kvInstance(), { operations: () => [], gone: [txid, '11'.repeat(32)] });
  expect(found).toEqual({ tip: TIP_BLOCK, verdicts: new Map(), confirmed: new Map([[txid, TIP_BLOCK]]) });
  const instance = kvInstance();
  const ended = { ...instance, machine: { ...instance.machine, stopAfter: TIP as Height } };
  expect(await judgePending(registry, ended, { operations: waiting('bob +d'), gone: [] })).toBeNull();
}, 60_000);

const PENDING = '/v1/chains/kv/machines/kv/pending';

function happening(kind: PendingHappening['kind'], txid: string, name: string | null = null): PendingHappening {
  const operation = { txid, height: TIP + 1, opcode: '2b', name, payload: '', decoded: null, senders: [], outputs: [] };
  return { kind, txid, entry: JSON.stringify({ kind, height: TIP, blockHash: TIP_BLOCK.hash, txid, operation }) };
}

const look = (...happenings: readonly PendingHappening[]) => ({ tip: TIP_BLOCK, leftOut: 0, happenings });
const kindsOf = ({ entries }: { entries: readonly { kind: string; txid?: string }[] }) =>
  entries.map(({ kind, txid }) => [kind, txid?.slice(0, 2)].filter(Boolean).join(' '));
const [one, two, three] = ['11', '22', '33'].map((byte) => byte.repeat(32)) as [string, string, string];

test('where no projector looks, a gateway says so', async () => {
  expect(await gateway.get(PENDING)).toMatchObject({ status: 503, body: { code: 'PENDING_NOT_SERVED' } });
}, 60_000);

test('a subscriber gets what waits, then what comes; with its cursor it misses nothing and gets nothing twice', async () => {
  const view = await beginPending(registry, kvInstance(), true);
  await view?.write(look(happening('pending.judged', one, 'claim'), happening('pending.judged', two)));
  await view?.write(look(happening('pending.replaced', one), happening('pending.judged', three)));
  const all = await gateway.answered(PENDING);
  expect(kindsOf(all)).toEqual(['pending.begun', 'pending.judged 22', 'pending.judged 33']);
  expect(all.entries[0]).toMatchObject({ height: TIP, blockHash: TIP_BLOCK.hash });
  const next = async (after: string) => gateway.answered(`${PENDING}?after=${encodeURIComponent(after)}`);
  expect(kindsOf(await next(all.cursor))).toEqual([]);
  await view?.write(look(happening('pending.confirmed', two)));
  expect(kindsOf(await next(all.cursor))).toEqual(['pending.confirmed 22']);
  // Who was cut off in the middle of the beginning goes on from there.
  expect(kindsOf(await next(all.entries[1].cursor))).toEqual([
    ...['pending.replaced 11', 'pending.judged 33', 'pending.confirmed 22'],
  ]);
  expect(kindsOf(await gateway.answered(`${PENDING}?filter=${encodeURIComponent('name=claim')}`))).toEqual([
    'pending.begun',
  ]);
  expect(kindsOf(await gateway.answered(`${PENDING}?from=now`))).toEqual([]);
  expect(await gateway.get(`${PENDING}?filter=verdict%3Daccepted`)).toMatchObject({ status: 400 });
  expect(await gateway.get(`${PENDING}?after=x`)).toMatchObject({ status: 400, body: { code: 'QUESTION_INVALID' } });
}, 60_000);

test('a view that was begun anew is told from its beginning, also to who has a cursor of the one before', async () => {
  const before = await beginPending(registry, kvInstance(), true);
  await before?.write(look(happening('pending.judged', one)));
  const { cursor } = await gateway.answered(PENDING);
  const after = await beginPending(registry, kvInstance(), true);
  expect(await before?.write(look(happening('pending.judged', two)))).toBe(false);
  await after?.write(look(happening('pending.judged', three)));
  const told = await gateway.answered(`${PENDING}?after=${encodeURIComponent(cursor)}`);
  expect(kindsOf(told)).toEqual(['pending.begun', 'pending.judged 33']);
  // A projector that is displaced waits until nobody looks after the view.
  expect(await beginPending(registry, kvInstance(), false)).toBeNull();
  await using client = await Client.connect(url);
  await client.rows(`update vchain.pending_views set seen_at = now() - interval '2 minutes'`);
  expect(await gateway.get(PENDING)).toMatchObject({ status: 503, body: { code: 'PENDING_NOT_SERVED' } });
  expect(await beginPending(registry, kvInstance(), false)).not.toBeNull();
}, 60_000);

test('what happened is kept up to a bound; who is farther behind begins anew', async () => {
  const view = await beginPending(registry, kvInstance(), true);
  const txids = Array.from({ length: 300 }, (_, i) => i.toString(16).padStart(64, '0'));
  const { cursor } = await gateway.answered(PENDING);
  for (let round = 0; round < 20; round++)
    await view?.write(look(...txids.map((txid) => happening('pending.judged', txid))));
  await using client = await Client.connect(url);
  const rows = await client.rows('select count(*)::integer as n from vchain.pending_entries');
  expect(rows).toEqual([{ n: 5_000 }]);
  const told = await gateway.answered(`${PENDING}?limit=500&after=${encodeURIComponent(cursor)}`);
  expect([told.entries[0].kind, told.entries.length]).toEqual(['pending.begun', 301]);
}, 60_000);
