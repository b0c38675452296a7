/** Builds of other rules under one version number, as `vchain dev` makes them. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { type AnyStateMachine, rejected } from '@virtualchain/machine';
import type { LogEntry } from '@virtualchain/operation-log';
import {
  compareVerdicts,
  createBuild,
  type MachineInstance,
  openProjection,
  openRegistry,
  takeOver,
} from '@virtualchain/projection';
import { Client } from '../kit/postgres-client.ts';
import { buildsOf } from '../kit/projections.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { changesOf, connectKv, kvInstance } from './kv-log.ts';

let parts: RealParts<'postgres'>;
let databases = 0;
const newDatabase = () => parts.postgres.createDatabase(`take_over_${parts.runId}_${++databases}`);

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
}, 120_000);
afterAll(async () => {
  await parts?.[Symbol.asyncDispose]();
});

const ENTRIES: readonly LogEntry[] = [
  connectKv('0', ['alice +a', 'bob +b']),
  connectKv('0a', ['bob +a', 'alice =a:1', 'bob +c']),
];

/** The same machine, by its name and version, which takes no name from bob. */
function withoutBob(): MachineInstance {
  const instance = kvInstance();
  const { machine } = instance;
  const decide: AnyStateMachine['decide'] = (op, context, state) =>
    Buffer.from(op.sender, 'hex').toString('latin1').includes('bob')
      ? Promise.resolve(rejected('BOB', 'not from bob'))
      : machine.decide(op, context, state);
  return { ...instance, machine: { ...machine, decide } };
}

test('a build that is behind the live one on the same log does not take over; when it has caught up, the views show what its rules made', async () => {
  const url = await newDatabase();
  const changes = await changesOf(ENTRIES);
  await using live = await openProjection(url, kvInstance());
  await live.advance(changes);
  await using built = await createBuild(url, withoutBob());
  await built.advance(changes.slice(0, 1));
  await expect(takeOver(url, withoutBob(), built.schema)).rejects.toMatchObject({
    code: 'SWITCH_REFUSED',
    isBehind: true,
  });
  await built.advance(changes.slice(1));
  expect(await takeOver(url, withoutBob(), built.schema)).toEqual({ live: built.schema, retired: [live.schema] });
  await using client = await Client.connect(url);
  expect(await client.rows('select name from kv_kv.names order by name')).toEqual([{ name: 'a' }]);
  await expect(live.checkpoint()).rejects.toMatchObject({ code: 'BUILD_RETIRED' });
}, 60_000);

test('what other rules did to the verdicts is counted by kind, and listed in the order of the log', async () => {
  const url = await newDatabase();
  const changes = await changesOf(ENTRIES);
  await using before = await createBuild(url, kvInstance());
  await using after = await createBuild(url, withoutBob());
  for (const build of [before, after]) await build.advance(changes);
  await using registry = await openRegistry(url);
  const schemas = { before: before.schema, after: after.schema };
  const found = await compareVerdicts(registry, schemas, 2);
  expect(found).toMatchObject({ compared: 5, changed: 3 });
  expect(found.counts).toEqual([
    { before: { kind: 'accepted', code: null }, after: { kind: 'rejected', code: 'BOB' }, operations: 2 },
    { before: { kind: 'rejected', code: 'NAME_TAKEN' }, after: { kind: 'rejected', code: 'BOB' }, operations: 1 },
  ]);
  expect(found.first.map(({ height, position, after: { detail } }) => [height - 101, position, detail])).toEqual([
    [0, 1, 'not from bob'],
    [1, 0, 'not from bob'],
  ]);
  const same = await compareVerdicts(registry, { before: after.schema, after: after.schema }, 2);
  expect(same).toEqual({ compared: 5, changed: 0, counts: [], first: [] });
}, 60_000);

test('a machine that is called otherwise takes the place of the one before, of which no live build is left', async () => {
  const url = await newDatabase();
  await using live = await openProjection(url, kvInstance());
  const instance = kvInstance();
  const renamed = { ...instance, machine: { ...instance.machine, name: 'renamed' } };
  await using built = await createBuild(url, renamed);
  await takeOver(url, renamed, built.schema, live.schema);
  expect((await buildsOf(url)).map(({ machine, status }) => [machine, status])).toEqual([
    ['kv', 'retired'],
    ['renamed', 'live'],
  ]);
}, 60_000);
