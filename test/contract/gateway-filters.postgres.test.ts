/** Filters of operations over HTTP: what is found is what the filter of subscriptions lets through, after a reorganisation too. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bytesToHex, NULL_TXID, p2pkhScript, satsText, scriptAddress } from '@virtualchain/bitcoin';
import { type RealParts, startRealParts } from '@virtualchain/local';
import type { LogChange, LogEntry } from '@virtualchain/operation-log';
import { openProjection, openRegistry, type Registry } from '@virtualchain/projection';
import { matchesFilter, type OperationEvent, parseFilter } from '@virtualchain/protocol';
import { type GatewayApi, gatewayOver } from '../kit/gateway-api.ts';
import { Client } from '../kit/postgres-client.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { changesOf, connectKv, kvInstance } from './kv-log.ts';
import { disconnect } from './log-blocks.ts';

const OPERATIONS = '/v1/chains/kv/machines/kv/operations';
const PEOPLE = ['alice', 'bob', 'carol', 'dave'] as const;
const hashOf = (who: string) => Buffer.from(who.padEnd(20, '.'));
const scriptOf = (who: string) => bytesToHex(p2pkhScript(hashOf(who)));
const addressOf = (who: string) => scriptAddress(p2pkhScript(hashOf(who)), 'regtest') as string;
/** Has no address. */
const BARE = '51210202020202020202020202020202020202020202020202020202020202020202020251ae';

/** Who sends, who is paid beside the operation; a script may stand at several inputs, once as text. */
type Transaction = readonly [operation: string, senders: readonly string[], paid: readonly string[]];

const NAMES: Readonly<Record<string, string>> = { '+': 'claim', '=': 'update', '-': 'delete' };

function block(name: string, transactions: readonly Transaction[]): LogEntry {
  const entry = connectKv(
    name,
    transactions.map(([operation]) => `alice ${operation}`),
  );
  if (entry.kind !== 'connect') throw new TypeError('no block');
  const operations = entry.operations.map((made, i) => {
    const [operation, senders, paid] = transactions[i] as Transaction;
    const name = NAMES[operation.slice(0, 1)] ?? null;
    return { ...made, name, senders: senders.map(senderOf), outputs: [...made.outputs, ...paid.map(outputOf)] };
  });
  return { ...entry, operations };
}

function senderOf(who: string, index: number, all: readonly string[]): OperationEvent['senders'][number] {
  const isBare = who === 'bare';
  const script = isBare ? BARE : scriptOf(who);
  return {
    ...{ value: satsText(10_000n), txid: NULL_TXID, index, scriptType: isBare ? 'multisig' : 'pubkeyhash' },
    scriptPubKey: all.indexOf(who) === index && who !== 'dave' ? script : '', // dave's is cut
    addresses: isBare ? [] : [addressOf(who)],
  };
}

const outputOf = (who: string) => ({ value: satsText(600n), script: who === 'bare' ? BARE : scriptOf(who) });

const ENTRIES: readonly LogEntry[] = [
  block('a', [
    ['+one', ['alice'], ['alice']],
    ['+two', ['bob', 'alice'], ['carol']],
    ['+three', ['dave', 'dave'], ['bob', 'bob']],
  ]),
  block('aa', [
    ['+one', ['bare'], ['bare', 'dave']],
    ['=one:x', ['alice', 'alice', 'bob'], []],
  ]),
  block('aab', [['+four', ['carol'], ['alice']]]),
  disconnect('aab'),
  block('aac', [
    ['-one', ['alice'], ['bob', 'carol']],
    ['?x', ['bob'], []],
  ]),
];

let parts: RealParts<'postgres'>;
let registry: Registry;
let gateway: GatewayApi;
let url: string;
/** Of the branch that is left, newest first. */
let events: readonly OperationEvent[];

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  url = await parts.postgres.createDatabase('gateway_filters');
  const changes = await changesOf(ENTRIES);
  await using projection = await openProjection(url, kvInstance());
  await projection.advance(changes);
  events = branchOf(changes)
    .flatMap(({ operations }) => operations)
    .reverse();
  registry = await openRegistry(url);
  gateway = await gatewayOver(registry, 'regtest');
}, 120_000);

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
  await parts?.[Symbol.asyncDispose]();
});

function branchOf(changes: readonly LogChange[]) {
  const branch: Extract<LogChange, { kind: 'connected' }>[] = [];
  for (const change of changes) {
    if (change.kind === 'connected') branch.push(change);
    else branch.pop();
  }
  return branch;
}

async function txidsOf(query: Readonly<Record<string, string>>, limit: number): Promise<readonly unknown[]> {
  const entries = await gateway.entriesOf(`${OPERATIONS}?${new URLSearchParams(query)}`, limit);
  return entries.map(({ txid }) => txid);
}

/** What the filter of subscriptions lets through. */
function wantedOf(query: Readonly<Record<string, string>>): readonly string[] {
  const filter = parseFilter(
    Object.entries(query)
      .map(([field, value]) => `${field}=${JSON.stringify(value)}`)
      .join(' and '),
  );
  return events.filter((operation) => matchesFilter(filter, { operation })).map(({ txid }) => txid);
}

async function agree(): Promise<number> {
  const values = [...PEOPLE.map(addressOf), ...PEOPLE.map(scriptOf), BARE, addressOf('nobody')];
  let found = 0;
  for (const value of values) {
    for (const query of [
      { sender: value },
      { address: value },
      { address: value, name: 'claim' },
      { sender: value, address: addressOf('bob') },
    ]) {
      const wanted = wantedOf(query);
      for (const limit of [1, 2, 500])
        expect({ query, found: await txidsOf(query, limit) }).toEqual({ query, found: wanted });
      found += wanted.length;
    }
  }
  return found;
}

test('by sender and address, in pages of every size, alone and together with others', async () => {
  expect(await agree()).toBeGreaterThan(40);
});

test('by txid and by the name of the operation', async () => {
  for (const { txid } of events) expect(await txidsOf({ txid }, 5)).toEqual([txid]);
  for (const name of ['claim', 'update', 'delete', 'lock'])
    expect(await txidsOf({ name }, 2)).toEqual(wantedOf({ name }));
  expect(await txidsOf({ name: 'claim', opcode: '3d' }, 2)).toEqual([]);
});

test('what only shares the number of a party is never shown', async () => {
  await using client = await Client.connect(url);
  const [build] = await client.rows(`select schema_name from vchain.builds where status = 'live'`);
  // As if every script of every operation had the numbers of all others.
  await client.rows(`insert into "${build?.['schema_name']}".stored_parties
    select p.party, o.height, o.position from (select distinct party from "${build?.['schema_name']}".stored_parties) p
    cross join "${build?.['schema_name']}".stored_operations o on conflict do nothing`);
  await client.rows(`insert into "${build?.['schema_name']}".stored_parties
    select f.party, o.height, o.position from "${build?.['schema_name']}".stored_operations f
    cross join "${build?.['schema_name']}".stored_operations o where f.party is not null on conflict do nothing`);
  expect(await agree()).toBeGreaterThan(40);
});

test.each([
  ['sender=nobody', 'FILTER_INVALID', 'a sender is an address'],
  ['address=0x12', 'FILTER_INVALID', 'address'],
  ['name=steal', 'QUESTION_INVALID', 'name'],
  ['txid=12', 'QUESTION_INVALID', 'txid'],
])('%s is refused by name', async (query, code, detail) => {
  expect(await gateway.get(`${OPERATIONS}?${query}`)).toMatchObject({
    status: 400,
    body: { code, detail: expect.stringContaining(detail) },
  });
});
