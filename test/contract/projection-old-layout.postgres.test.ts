import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { createMemoryLog, type OperationLog } from '@virtualchain/operation-log';
import {
  exportSnapshot,
  importSnapshot,
  openProjection,
  openRegistry,
  readerOf,
  verifyProjection,
} from '@virtualchain/projection';
import { Client } from '../kit/postgres-client.ts';
import { rebuildOn, rowsOf, statusesOf } from '../kit/projections.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { connectKv, kvInstance, publish } from './kv-log.ts';

/** A database and a snapshot file as the version before made them, of the blocks below. */
const folder = join(import.meta.dirname, 'old-layout');
const topic = 'vchain.regtest.kv';
const blocks = [
  connectKv('0', ['alice +a', 'bob +b']),
  connectKv('0a', ['alice =a:1', 'carol +a', 'bob ?x']),
  connectKv('0aa', ['bob -b']),
];

let parts: RealParts<'postgres'>;
let scratch: string;
let databases = 0;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  scratch = await mkdtemp(join(tmpdir(), 'vchain-old-layout-'));
}, 120_000);

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
  await parts?.[Symbol.asyncDispose]();
});

const newDatabase = () => parts.postgres.createDatabase(`old_layout_${parts.runId}_${++databases}`.toLowerCase());

async function theLog(): Promise<OperationLog> {
  const log = createMemoryLog();
  await publish(log, topic, blocks);
  return log;
}

/** The old build, standing on this log. */
async function oldDatabase(log: OperationLog): Promise<string> {
  const url = await newDatabase();
  await using client = await Client.connect(url);
  await client.rows(await readFile(join(folder, 'kv.sql'), 'utf8'));
  await client.rows(`update kv_kv_v1_1.checkpoint set log = '${(await log.identity(topic))?.log}'`);
  return url;
}

test('a build of the first layout is refused by name, and the remedy is a rebuild, which its gate lets pass', async () => {
  await using log = await theLog();
  const url = await oldDatabase(log);
  const refused = { code: 'LAYOUT_DIFFERS', message: expect.stringContaining('run: vchain rebuild kv') };
  const ask = async () => {
    await using registry = await openRegistry(url);
    return await readerOf(registry, kvInstance()).read('tip', async ({ height }) => height);
  };
  expect((await statusesOf(url))[0]).toMatchObject({ build: { layout: 1 }, tip: { height: 103 } });
  await expect(ask()).rejects.toMatchObject(refused);
  await expect(openProjection(url, kvInstance())).rejects.toMatchObject(refused);
  await expect(ask()).rejects.toMatchObject(refused);
  const { signal } = new AbortController();
  const verified: number[] = [];
  const onVerify = (height: number) => verified.push(height);
  const switched = await rebuildOn(url, { instance: kvInstance(), log, topic, signal, onVerify });
  expect(switched).toEqual({ live: 'kv_kv_v1_2', retired: 'kv_kv_v1_1', comparedFrom: 101, comparedTo: 103 });
  expect(verified).toEqual([103]);
  await using live = await openProjection(url, kvInstance());
  expect((await rowsOf(live, 'names')).map(({ name }) => name)).toEqual(['a']);
  expect(await ask()).toBe(103);
}, 60_000);

test('a build of the second layout, without what the third added, is refused by name, and rebuilt', async () => {
  await using log = await theLog();
  const url = await newDatabase();
  const { signal } = new AbortController();
  const options = { instance: kvInstance(), log, topic, signal };
  await using client = await Client.connect(url);
  {
    await using projection = await openProjection(url, kvInstance());
    for await (const { changes } of log.read(topic, { after: null, untilEnd: true })) await projection.advance(changes);
  }
  const [live] = await client.rows(`select schema_name from vchain.builds`);
  const schema = String(live?.['schema_name']);
  await client.rows(`drop view kv_kv.feed, kv_kv.stored_feed, kv_kv.retracted_records, kv_kv.checkpoint`);
  await client.rows(`drop table ${schema}.retracted_records`);
  await client.rows(`alter table ${schema}.checkpoint drop column feed`);
  await client.rows(`alter table ${schema}.stored_feed drop column operations, drop column changes, drop column kept`);
  await client.rows(`update vchain.builds set layout = 2`);
  await expect(openProjection(url, kvInstance())).rejects.toMatchObject({ code: 'LAYOUT_DIFFERS' });
  expect((await statusesOf(url))[0]).toMatchObject({ build: { layout: 2 } });
  expect(await rebuildOn(url, options)).toMatchObject({ retired: schema, comparedFrom: 101, comparedTo: 103 });
}, 60_000);

test.each([
  ['a record', `update kv_kv_v1_1.operations set event = event || ' '::bytea where height = 102 and position = 1`],
  ['a row', `update kv_kv_v1_1.c_names set value = '32' where valid_from = 102`],
  ['a transition', `update kv_kv_v1_1.transitions set serialized = 'x' where height = 102`],
])(
  'the gate of a rebuild finds %s of an old build that was altered by hand',
  async (_what, change) => {
    await using log = await theLog();
    const url = await oldDatabase(log);
    await using client = await Client.connect(url);
    await client.rows(change);
    const { signal } = new AbortController();
    await expect(rebuildOn(url, { instance: kvInstance(), log, topic, signal })).rejects.toMatchObject({
      code: 'SWITCH_REFUSED',
      message: expect.stringContaining('at height 102'),
    });
  },
  60_000,
);

test('the views show what they showed, of whichever layout the build is', async () => {
  await using log = await theLog();
  const url = await oldDatabase(log);
  await using client = await Client.connect(url);
  const shown = async () => [
    await client.rows(`select height, position, txid, transaction_index, opcode, verdict, code, detail, changed_keys
      from kv_kv.operations order by height, position`),
    await client.rows('select * from kv_kv.transitions order by height, vtxindex'),
    // A block's sealing has a position of its own since layout 3.
    await client.rows(`select kind, height, hash, operation_position, txid, verdict, code, consensus_hash,
      first_sequence, last_sequence, first_offset from kv_kv.feed where kind <> 'sealed' order by position`),
    await client.rows(
      `select position from kv_kv.operations where txid in (select txid from kv_kv.feed where height = 103)`,
    ),
  ];
  const before = await shown();
  expect(before.map((rows) => rows.length)).toEqual([6, 5, 9, 1]);
  const { signal } = new AbortController();
  await rebuildOn(url, { instance: kvInstance(), log, topic, signal });
  expect(await shown()).toEqual(before);
}, 60_000);

test('an old snapshot file is imported, and a new one has the same lines', async () => {
  await using log = await theLog();
  const url = await newDatabase();
  const instance = kvInstance();
  const signer = '46016a6265355fa0400e23211885bf2065ffee36e259396e4afb15ae21adb1ca';
  const old = join(folder, 'kv.snapshot');
  const signers = new Map([['operator', signer]]);
  await importSnapshot({ postgresUrl: url, instance, path: old, log, topic, signers });
  await using live = await openProjection(url, instance);
  expect((await verifyProjection(live)).disagreements).toEqual([]);
  const path = join(scratch, 'kv.snapshot');
  const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  await exportSnapshot(live, instance, { path, pem });
  expect(await contentOf(path)).toEqual(await contentOf(old));
}, 60_000);

/** The lines of a snapshot file. */
async function contentOf(path: string): Promise<readonly string[]> {
  const file = await readFile(path);
  let start = 0;
  for (let line = 0; line < 3; line++) start = file.indexOf('\n', start) + 1;
  return gunzipSync(file.subarray(start)).toString().split('\n');
}
