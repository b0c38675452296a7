/** Old history that was pruned, and builds that were dropped: what stays is as it was, and what needs what is gone says so. */

import { generateKeyPairSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { createMemoryLog, type LogChange, type LogEntry, type OperationLog } from '@virtualchain/operation-log';
import {
  AuditRound,
  compareRules,
  createBuild,
  dropRetired,
  exportSnapshot,
  openLiveBuild,
  openProjection,
  openRegistry,
  type PostgresProjection,
  pruneHistory,
  type Registry,
  readBuildSizes,
  takeOver,
  verifyProjection,
} from '@virtualchain/projection';
import { openReader, rowsOf } from '../kit/projections.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { connectKv, kvInstance, publish, readAll } from './kv-log.ts';
import { disconnect, FIRST_BLOCK } from './log-blocks.ts';

const TOPIC = 'vchain.regtest.kv';
const BLOCKS = 130;
const TIP = FIRST_BLOCK + BLOCKS - 1;
/** What is kept begins here: one name has been updated in every block before, and since. */
const FLOOR = FIRST_BLOCK + 20;

let parts: RealParts<'postgres'>;
let log: OperationLog;
let registry: Registry;
let live: PostgresProjection;
let url: string;
let changes: readonly LogChange[];
/** All that the live build has seen in the end. */
let leftBehind: readonly LogChange[];

const nameOf = (height: number): string => `0${'a'.repeat(height - FIRST_BLOCK)}`;
const ENTRIES: readonly LogEntry[] = Array.from({ length: BLOCKS }, (_, i) =>
  connectKv(nameOf(FIRST_BLOCK + i), i === 0 ? ['alice +a', 'alice +old'] : [`alice =a:${String(i).padStart(4, '0')}`]),
);

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  url = await parts.postgres.createDatabase(`prune_${parts.runId}`);
  log = createMemoryLog();
  await publish(log, TOPIC, ENTRIES);
  changes = await readAll(log, TOPIC);
  live = await openProjection(url, kvInstance());
  await live.advance(changes);
  registry = await openRegistry(url);
}, 120_000);
afterAll(async () => {
  await live?.close();
  await registry?.[Symbol.asyncDispose]();
  await log?.[Symbol.asyncDispose]();
  await parts?.[Symbol.asyncDispose]();
});

const prune = (from: number, isDryRun = false) => pruneHistory({ registry, instance: kvInstance(), from, isDryRun });

test('a dry run counts the rows that would go, and leaves all of them', async () => {
  // The claim, and each update below the floor, ended at the floor or before it.
  expect(await prune(FLOOR, true)).toMatchObject({ from: FLOOR, tip: TIP, rows: 20 });
  expect(await rowsOf(live, 'names', FIRST_BLOCK)).toHaveLength(2);
}, 60_000);

test.each([FIRST_BLOCK - 2, TIP - 99, TIP])(
  'nothing is pruned at %s: blocks that may be taken back need their history',
  async (from) => {
    await expect(prune(from)).rejects.toMatchObject({ code: 'HEIGHT_OUT_OF_RANGE' });
  },
  60_000,
);

test('what is kept reads as before; heights below are refused by name', async () => {
  const before = await Promise.all([FLOOR, FLOOR + 1, TIP].map((height) => rowsOf(live, 'names', height)));
  expect(await prune(FLOOR)).toMatchObject({ from: FLOOR, rows: 20 });
  expect(await Promise.all([FLOOR, FLOOR + 1, TIP].map((height) => rowsOf(live, 'names', height)))).toEqual(before);
  await using reader = await openReader(url, kvInstance());
  for (const at of [FLOOR - 1, FIRST_BLOCK])
    await expect(reader.read(at, async () => null)).rejects.toMatchObject({ code: 'HEIGHT_OUT_OF_RANGE' });
  expect(await prune(FLOOR)).toMatchObject({ rows: 0 });
}, 60_000);

test('verify and the audit begin above the first height that is kept', async () => {
  expect(await verifyProjection(live)).toMatchObject({ from: FLOOR + 1, to: TIP, disagreements: [] });
  await expect(verifyProjection(live, { from: FLOOR })).rejects.toMatchObject({ code: 'HEIGHT_OUT_OF_RANGE' });
  await using audited = await openLiveBuild(registry, kvInstance());
  await using round = new AuditRound(audited, { log, topic: TOPIC, signal: new AbortController().signal });
  let blocks = 0;
  for (
    let step = await round.step({ blocks: 50, operations: 500 });
    step !== null;
    step = await round.step({ blocks: 50, operations: 500 })
  ) {
    expect(step.disagreements).toEqual([]);
    blocks += step.blocks;
  }
  expect(blocks).toBe(TIP - FLOOR);
}, 60_000);

test('what needs all of the history says so', async () => {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
  const path = join(tmpdir(), `prune-${parts.runId}.snapshot`);
  await expect(exportSnapshot(live, kvInstance(), { path, pem })).rejects.toMatchObject({ code: 'HISTORY_PRUNED' });
  const compared = { registry, instance: kvInstance(), log, topic: TOPIC };
  await expect(compareRules({ ...compared, from: FLOOR })).rejects.toMatchObject({ code: 'HEIGHT_OUT_OF_RANGE' });
  expect(await compareRules(compared)).toMatchObject({ blocks: BLOCKS, firstBlock: null });
  expect(await compareRules({ ...compared, from: FLOOR + 1 })).toMatchObject({ blocks: TIP - FLOOR, firstBlock: null });
}, 60_000);

test('blocks may be taken back down to what is kept, and no further', async () => {
  const leaving = (to: number) => Array.from({ length: TIP - to }, (_, i) => disconnect(nameOf(TIP - i)));
  const deeper = createMemoryLog();
  await publish(deeper, TOPIC, [...ENTRIES, ...leaving(FLOOR)]);
  const all = await readAll(deeper, TOPIC);
  leftBehind = all;
  await live.advance(all.slice(changes.length));
  expect(await rowsOf(live, 'names')).toMatchObject([{ name: 'a', revision: 20 }, { name: 'old' }]);
  await deeper[Symbol.asyncDispose]();
  const below = createMemoryLog();
  await publish(below, TOPIC, [...ENTRIES, ...leaving(FLOOR - 1)]);
  const last = (await readAll(below, TOPIC)).slice(all.length);
  await expect(live.advance(last)).rejects.toMatchObject({ code: 'HISTORY_PRUNED', remedy: 'halt' });
  await below[Symbol.asyncDispose]();
}, 60_000);

test('a retired build can be dropped, a live one and one that is being made cannot', async () => {
  await using built = await createBuild(url, kvInstance());
  const building = built.schema;
  expect(await dropRetired(url, building)).toBe(false);
  await built.advance(leftBehind);
  await takeOver(url, kvInstance(), building, live.schema);
  const sizes = new Map(
    (await readBuildSizes(registry)).map(({ build, bytes }) => [build.schema, { ...build, bytes }]),
  );
  expect(sizes.get(live.schema)).toMatchObject({ status: 'retired', historyFrom: FLOOR });
  expect(sizes.get(building)).toMatchObject({ status: 'live', historyFrom: null });
  expect(sizes.get(building)?.bytes).toBeGreaterThan(100_000);
  expect(await dropRetired(url, building)).toBe(false);
  expect(await dropRetired(url, live.schema)).toBe(true);
  expect((await registry.builds()).map(({ schema }) => schema)).toEqual([building]);
}, 60_000);
