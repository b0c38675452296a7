import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Height } from '@virtualchain/bitcoin';
import { type RealParts, startRealParts } from '@virtualchain/local';
import type { LogChange } from '@virtualchain/operation-log';
import { openProjection, readProjection, verifyProjection } from '@virtualchain/projection';
import { Client } from '../kit/postgres-client.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { changesOf, connectKv, kvInstance } from './kv-log.ts';

let parts: RealParts<'postgres'>;
let databases = 0;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
}, 120_000);

afterAll(async () => {
  await parts?.[Symbol.asyncDispose]();
});

const newDatabase = () => parts.postgres.createDatabase(`records_${parts.runId}_${++databases}`.toLowerCase());
const blocks = () =>
  changesOf([
    connectKv('0', ['alice +a', 'bob +b']),
    connectKv('0a', ['alice =a:1', 'carol +a', 'bob ?x']),
    connectKv('0aa', ['bob -b']),
  ]);

test.each([
  [
    'a flipped bit',
    'update records set content = set_bit(content, 8 * length(content) - 100, 1 - get_bit(content, 8 * length(content) - 100))',
    'records',
  ],
  ['records cut short', 'update records set content = substring(content for length(content) - 7)', 'records'],
  [
    'records of another block',
    'update records set content = (select content from records where height = 101)',
    'operations (digest)',
  ],
  ['no records', 'delete from records', 'operations (digest)'],
  ['another txid', `update stored_operations set txid = sha256('x')`, ''],
  ['another verdict', 'update stored_operations set verdict = 1 - verdict', 'verdict of operation'],
  ['a missing operation', 'delete from stored_operations', 'operations (count)'],
  ['another transition', `update stored_transitions set serialized[1] = 'x'`, 'transitions'],
])('verify names the height of %s', async (_what, change, what) => {
  const url = await newDatabase();
  await using projection = await openProjection(url, kvInstance());
  await projection.advance(await blocks());
  expect((await verifyProjection(projection)).disagreements).toEqual([]);
  await using client = await Client.connect(url);
  const [table] = /records|stored_\w+/.exec(change) ?? [''];
  await client.rows(`set search_path to ${projection.schema}; ${change} where ${table}.height = 102`);
  const { disagreements } = await verifyProjection(projection);
  expect(disagreements[0]).toMatchObject({ height: 102, what: expect.stringContaining(what) });
});

test('who reads an operation whose records are gone is told the height, and reads the others', async () => {
  const url = await newDatabase();
  await using projection = await openProjection(url, kvInstance());
  const changes = await blocks();
  await projection.advance(changes);
  await using client = await Client.connect(url);
  await client.rows(`delete from ${projection.schema}.records where height = 102`);
  const read = (txid: string) => readProjection(projection, 'tip', ({ operation }) => operation(txid));
  await expect(read(txidOf(changes, 1, 0))).rejects.toThrow('the record of operation 0 at height 102 cannot be read');
  expect((await read(txidOf(changes, 2, 0)))?.event).toMatchObject({ height: 103, opcode: '2d' });
});

test('operations of a block that is kept in many parts are read one by one, and in pages', async () => {
  const url = await newDatabase();
  await using projection = await openProjection(url, kvInstance());
  // As hex over a megabyte each.
  const long = 'v'.repeat(900_000);
  const changes = await changesOf([connectKv('0', [`alice +a`, `alice =a:${long}`, `alice =a:${long}x`, 'bob +b'])]);
  await projection.advance(changes);
  await using client = await Client.connect(url);
  const parts = await client.rows(`select first_position from ${projection.schema}.records order by first_position`);
  expect(parts).toEqual([{ first_position: 0 }, { first_position: 1 }, { first_position: 2 }, { first_position: 3 }]);
  const payloads = await readProjection(projection, 'tip', async ({ operationsAt }) =>
    (await operationsAt(101 as Height, { after: 0, limit: 2 })).map(({ event }) => event.payload.length),
  );
  expect(payloads).toEqual([2 * (2 + long.length), 2 * (3 + long.length)]);
  expect((await verifyProjection(projection)).disagreements).toEqual([]);
});

function txidOf(changes: readonly LogChange[], block: number, position: number): string {
  const change = changes[block];
  return change?.kind === 'connected' ? String(change.operations[position]?.txid) : '';
}
