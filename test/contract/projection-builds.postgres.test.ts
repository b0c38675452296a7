import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Height } from '@virtualchain/bitcoin';
import { wallClock } from '@virtualchain/kernel';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { type AnyStateMachine, allRows, MemoryFold, rejected } from '@virtualchain/machine';
import { createMemoryLog, type LogEntry, type OperationLog } from '@virtualchain/operation-log';
import {
  answersOf,
  type BlockMark,
  dropBuild,
  feedOf,
  type MachineInstance,
  openProjection,
  openRegistry,
  type Registry,
  readerOf,
  verifyProjection,
} from '@virtualchain/projection';
import { project } from '@virtualchain/projector';
import poisonMachine from '../kit/poison-machine.ts';
import { Client } from '../kit/postgres-client.ts';
import { rebuildOn, rowsOf, statusesOf } from '../kit/projections.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { until } from '../kit/until.ts';
import { activityInstance, changesOf, connectKv, kvInstance, publish, readAll } from './kv-log.ts';
import { disconnect } from './log-blocks.ts';

const topic = 'vchain.regtest.kv';
let parts: RealParts<'postgres'>;
let databases = 0;
const newDatabase = () => parts.postgres.createDatabase(`projection_builds_${++databases}`);

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
}, 120_000);

afterAll(async () => {
  await parts?.[Symbol.asyncDispose]();
});

async function logOf(entries: readonly LogEntry[]): Promise<OperationLog> {
  const log = createMemoryLog();
  await publish(log, topic, entries);
  return log;
}

/** The projector's own loop, until the answer is stopped. */
function startProjector(postgresUrl: string, instance: MachineInstance, log: OperationLog) {
  const stop = new AbortController();
  const states: string[] = [];
  const ended = project({
    log,
    topic,
    open: () => openProjection(postgresUrl, instance),
    signal: stop.signal,
    events: { state: (state) => states.push(state), opened: () => undefined, advanced: () => undefined },
    clock: { jitter: () => 0, sleep: (_ms, signal) => wallClock.sleep(20, signal) },
  });
  const end = async () => {
    stop.abort();
    await ended;
  };
  return { states, [Symbol.asyncDispose]: end };
}

const statusOf = async (url: string) => (await statusesOf(url))[0];

test.each([
  ['kv', kvInstance],
  ['activity', activityInstance],
] as const)('%s: a funding script longer than any index holds stops nobody', async (_name, instance) => {
  const block = connectKv('0', ['alice +a', 'bob +b', 'alice +c']) as LogEntry & { operations: unknown[] };
  const [first] = block.operations as [{ senders: [object] }];
  const strange = { ...first, senders: [{ ...first.senders[0], scriptPubKey: randomBytes(9_000).toString('hex') }] };
  const changes = await changesOf([{ ...block, operations: [strange, ...block.operations.slice(1)] } as LogEntry]);
  await using projection = await openProjection(await newDatabase(), instance());
  await projection.advance(changes);
  const fold = await MemoryFold.open(projection.machine);
  const [{ event, operations }] = changes as unknown as [{ event: object; operations: object }];
  await fold.connect({ ...event, operations } as Parameters<MemoryFold['connect']>[0]);
  for (const name of Object.keys(projection.machine.collections))
    expect(await rowsOf(projection, name)).toEqual(fold.state.dump(name));
});

test('what is asked to remove a build that became the live one meanwhile removes nothing', async () => {
  const url = await newDatabase();
  await using projection = await openProjection(url, kvInstance());
  await projection.advance(await changesOf([connectKv('0', ['alice +a'])]));
  await dropBuild(url, projection.schema);
  expect(await rowsOf(projection, 'names')).toHaveLength(1);
});

test('a projector that stands at a fault goes on with the build that a rebuild made, and nobody resumes it', async () => {
  const url = await newDatabase();
  const { chain, network } = kvInstance();
  const instance = { chain, machine: poisonMachine({}, chain), network, parameters: {} };
  await using log = await logOf([connectKv('0', ['alice +a']), connectKv('0a', ['bob +b'])]);
  await publish(log, topic, [connectKv('0aa', ['alice ppoison'])]);
  await using projector = startProjector(url, instance, log);
  await until(
    'the fault',
    () => statusOf(url),
    (status) => status?.checkpoint.status === 'faulted',
  );
  process.env['POISON_CORRECTED'] = '1';
  try {
    const switched = await rebuildOn(url, { instance, log, topic, signal: new AbortController().signal });
    await publish(log, topic, [connectKv('0aaa', ['bob +c'])]);
    const status = await until(
      'the tip',
      () => statusOf(url),
      (now) => now?.tip?.height === 104,
    );
    expect(status).toMatchObject({ build: { schema: switched.live }, checkpoint: { status: 'running' } });
  } finally {
    delete process.env['POISON_CORRECTED'];
  }
  expect(projector.states).toContain('faulted');
});

test('a live build left behind on a branch that the log has left does not hold a rebuild up', async () => {
  const url = await newDatabase();
  const main = [connectKv('0', ['alice +a']), connectKv('0a', ['bob +b']), connectKv('0aa', ['bob =b:1'])];
  const fork = [disconnect('0aa'), disconnect('0a'), connectKv('0b', ['bob +c']), connectKv('0bb', ['bob +d'])];
  await using live = await openProjection(url, kvInstance());
  await live.advance(await changesOf(main));
  await using log = await logOf([...main, ...fork]);
  await live.attach((await log.identity(topic))?.log ?? '', await placesIn(log, 3));
  const options = { instance: kvInstance(), log, topic, signal: new AbortController().signal };
  expect(await rebuildOn(url, options)).toMatchObject({ retired: live.schema, comparedTo: 101 });
});

/** Where a log has its first blocks. */
async function placesIn(log: OperationLog, count: number): Promise<readonly BlockMark[]> {
  const places: BlockMark[] = [];
  for await (const { changes } of log.read(topic, { after: null, untilEnd: true })) {
    for (const { event, offset, cursor } of changes.slice(0, count - places.length)) {
      const { height, hash, sequence } = event;
      places.push({ height, hash, firstSequence: sequence, firstOffset: offset, cursor } as BlockMark);
    }
  }
  return places;
}

test('a machine that stops after a height folds nothing above it, and follows reorganisations below', async () => {
  const url = await newDatabase();
  const { machine, ...rest } = kvInstance();
  const instance = { ...rest, machine: { ...machine, stopAfter: 102 as Height } };
  await using log = await logOf([connectKv('0'), connectKv('0a', ['alice +a']), connectKv('0aa', ['alice +b'])]);
  await using _projector = startProjector(url, instance, log);
  await until(
    'the last block',
    () => statusOf(url),
    (status) => status?.tip?.height === 102,
  );
  await publish(log, topic, [
    disconnect('0aa'),
    disconnect('0a'),
    connectKv('0b', ['bob +c']),
    connectKv('0bb', ['bob +d']),
  ]);
  await using projection = await openProjection(url, instance);
  const names = async () => (await rowsOf(projection, 'names')).map(({ name }) => name);
  await until('the other branch', names, (found) => String(found) === 'c');
  const options = { instance, log, topic, signal: new AbortController().signal };
  expect(await rebuildOn(url, options)).toMatchObject({ comparedTo: 102 });
  expect((await statusOf(url))?.tip?.height).toBe(102);
});

test('who was given the views of a machine still has them after a rebuild', async () => {
  const url = await newDatabase();
  await using log = await logOf([connectKv('0', ['alice +a'])]);
  await using live = await openProjection(url, kvInstance());
  await using client = await Client.connect(url);
  await client.rows('create role "a reader"');
  try {
    await client.rows('grant select on kv_kv.names to "a reader"');
    await client.rows('grant select on kv_kv.blocks to public');
    const signal = new AbortController().signal;
    const switched = await rebuildOn(url, { instance: kvInstance(), log, topic, signal });
    expect(switched.retired).toBe(live.schema);
    const rights = await client.rows(`select has_table_privilege('a reader', 'kv_kv.names', 'select') as names,
      has_table_privilege('a reader', 'kv_kv.blocks', 'select') as blocks,
      has_table_privilege('a reader', 'kv_kv.feed', 'select') as feed`);
    expect(rights).toEqual([{ names: true, blocks: true, feed: false }]);
  } finally {
    await client.rows('drop owned by "a reader"');
    await client.rows('drop role "a reader"');
  }
});

test('who knows the replaced rules alone may go on reading what they made, under its own name, with the rights of before', async () => {
  const url = await newDatabase();
  await using log = await logOf([connectKv('0', ['alice +a']), connectKv('0a', ['bob +b'])]);
  const old = kvInstance();
  const decide: AnyStateMachine['decide'] = async (op, context, state) =>
    context.block.height >= 102 ? rejected('NO', 'no more') : old.machine.decide(op, context, state);
  const next: MachineInstance = {
    ...old,
    machine: { ...old.machine, version: 2, differsFrom: 102 as Height, decide },
  };
  await using live = await openProjection(url, old);
  await live.advance(await readAll(log, topic));
  await using client = await Client.connect(url);
  await client.rows('create role "another reader"');
  try {
    await client.rows('grant usage on schema kv_kv to "another reader"');
    await client.rows('grant select on kv_kv.names to "another reader"');
    await using strict = await openRegistry(url);
    await using lenient = await openRegistry(url, { answersRetired: true });
    const namesBy = (registry: Registry, instance: MachineInstance) =>
      readerOf(registry, instance).read('tip', async (reading) =>
        (await allRows(reading, 'names')).map(({ name }) => name),
      );
    expect(await namesBy(lenient, old)).toEqual(['a', 'b']);
    await expect(namesBy(lenient, next)).rejects.toMatchObject({ code: 'VERSION_DIFFERS' });

    const signal = new AbortController().signal;
    const switched = await rebuildOn(url, { instance: next, log, topic, signal });
    expect(await namesBy(lenient, next)).toEqual(['a']);
    expect(await namesBy(lenient, old)).toEqual(['a', 'b']);
    expect((await feedOf(lenient, old).end()).height).toBe(102);
    await expect(namesBy(strict, old)).rejects.toMatchObject({ code: 'VERSION_DIFFERS' });
    const rights = await client.rows(`select has_schema_privilege('another reader', 'kv_kv_v1', 'usage') as schema,
      has_table_privilege('another reader', 'kv_kv_v1.names', 'select') as names,
      has_table_privilege('another reader', 'kv_kv_v1.blocks', 'select') as blocks`);
    expect(rights).toEqual([{ schema: true, names: true, blocks: false }]);

    await dropBuild(url, switched.retired);
    await expect(namesBy(lenient, old)).rejects.toMatchObject({ code: 'VERSION_DIFFERS' });
    expect(await client.rows(`select from pg_namespace where nspname = 'kv_kv_v1'`)).toEqual([]);
  } finally {
    await client.rows('drop owned by "another reader"');
    await client.rows('drop role "another reader"');
  }
});

test.each([
  ['without a reorganisation', 0],
  ['through so many reorganisations that they are made before its end', 12],
])('a build that a rebuild made has the indexes and keys of any other: %s', async (_what, reorganisations) => {
  const url = await newDatabase();
  const entries = [connectKv('0', ['alice +a', 'bob +b'])];
  for (let i = 0; i < reorganisations; i++) {
    entries.push(connectKv(`0${'ab'[i % 2]}`, [`alice =a:${i}`]), disconnect(`0${'ab'[i % 2]}`));
  }
  entries.push(connectKv('0c', ['alice =a:last']));
  await using log = await logOf(entries);
  await using live = await openProjection(url, kvInstance());
  await live.advance(await readAll(log, topic));
  const signal = new AbortController().signal;
  const made: string[] = [];
  const onIndex = (done: number, of: number) => made.push(`${done}/${of}`);
  const switched = await rebuildOn(url, { instance: kvInstance(), log, topic, signal, onIndex });
  await using client = await Client.connect(url);
  const indexesOf = async (schema: string) => {
    const rows = await client.rows(`select replace(pg_get_indexdef(i.indexrelid), '${schema}', 'here') as made,
      (select contype from pg_constraint k where k.conindid = i.indexrelid and k.conrelid = i.indrelid) as key
      from pg_index i where i.indrelid::regclass::text like '%${schema}%' order by 1`);
    return rows;
  };
  const indexes = await indexesOf(live.schema);
  expect(indexes.length).toBeGreaterThan(10);
  expect(await indexesOf(switched.live)).toEqual(indexes);
  expect(made).toHaveLength(9); // four of the operations, two of their parties, three of the names: once
});

test.each([
  ['ends where it begins', "set valid_to = valid_from where name = 'a' and valid_to is null", 103],
  ['ends in the future', "set valid_to = 1000000 where name = 'b'", 101],
  ['holds on while its successor does', "set valid_to = valid_to + 1 where name = 'a' and valid_from = 101", 102],
])('verify names the height of a row that was made to end elsewhere: it %s', async (_what, change, height) => {
  const url = await newDatabase();
  await using projection = await openProjection(url, kvInstance());
  const entries = ['0', '0a', '0aa'].map((block, i) =>
    connectKv(block, i === 0 ? ['alice +a', 'bob +b'] : [`alice =a:${i}`]),
  );
  await projection.advance(await changesOf(entries));
  expect((await verifyProjection(projection)).disagreements).toEqual([]);
  const client = await Client.connect(url);
  await client.rows(`update ${projection.schema}.c_names ${change}`);
  await client.close();
  const { disagreements } = await verifyProjection(projection);
  expect(disagreements[0]).toMatchObject({ height, what: 'rows of names' });
});

test('a Postgres that is away is waited for, one that does not let us in is refused by name', async () => {
  const away = 'postgres://nobody:nothing@127.0.0.1:1/nowhere';
  await expect(openProjection(away, kvInstance())).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    remedy: 'retry',
  });
  await using registry = await openRegistry(away);
  const answers = answersOf(registry, kvInstance());
  await expect(answers.opsHash(101 as Height)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  const stranger = new URL(parts.postgres.url);
  stranger.username = 'nobody_knows_me';
  await expect(openProjection(stranger.href, kvInstance())).rejects.toMatchObject({
    code: 'DATABASE_REFUSED',
    remedy: 'halt',
  });
});

const CUTS = 8;

test('connections that Postgres cuts in the middle of anything cost a retry and nothing else', async () => {
  const url = await newDatabase();
  const names = Array.from({ length: 60 }, (_, i) => '0'.repeat(i + 1));
  const blocks = names.map((name, i) => connectKv(name, [`alice +n${i}`, `bob +n${i}`, `alice =n${i >> 1}:${i}`]));
  await using log = await logOf([...blocks, disconnect(names[59] ?? ''), disconnect(names[58] ?? '')]);
  await using client = await Client.connect(url);
  await using projector = startProjector(url, kvInstance(), log);
  const others = 'datname = current_database() and pid <> pg_backend_pid()';
  let height = 59;
  for (let cuts = 0; cuts < CUTS; ) {
    height += 1;
    const block = connectKv(`${'0'.repeat(58)}${'1'.repeat(height - 59)}`, ['alice +x', `bob =n1:${height}`]);
    await publish(log, topic, [block]);
    await until(
      'the projector is connected',
      () => client.rows(`select pid from pg_stat_activity where ${others}`),
      (found) => found.length > 0,
    );
    await pause(5 * cuts); // opening, reading the log, a batch: each cut comes later than the one before
    cuts += (await client.rows(`select pg_terminate_backend(pid) from pg_stat_activity where ${others}`)).length;
  }
  await until(
    'the tip',
    () => statusOf(url).catch(() => undefined),
    (now) => now?.tip?.height === height + 99,
  );
  expect(projector.states).toContain('retrying');
  await using projection = await openProjection(url, kvInstance());
  expect((await verifyProjection(projection)).disagreements).toEqual([]);
  expect(await rowsOf(projection, 'names')).toHaveLength(59);
}, 60_000);

/** kv as a second version has it: from a height on every claim is refused. */
function secondVersion(differsFrom: number | undefined, refusedFrom: number): MachineInstance {
  const instance = kvInstance();
  const { machine } = instance;
  const decide: typeof machine.decide = async (op, context, state) =>
    op.payload.kind === 'claim' && context.block.height >= refusedFrom
      ? rejected('CLOSED', 'no claims any more')
      : machine.decide(op, context, state);
  return {
    ...instance,
    machine: {
      ...machine,
      version: 2,
      ...(differsFrom === undefined ? {} : { differsFrom: differsFrom as Height }),
      decide,
    },
  };
}

test('rule-change: a new version takes the place of the old one when they agree below its declared height, and not else', async () => {
  const url = await newDatabase();
  const entries = [connectKv('0', ['alice +a']), connectKv('0a', ['bob +b']), connectKv('0aa', ['carol +c'])];
  const log = await logOf(entries);
  const first = await openProjection(url, kvInstance());
  await first.advance(await readAllOf(log));
  await first.close();
  const signal = new AbortController().signal;
  const run = (instance: MachineInstance) => rebuildOn(url, { instance, log, topic, signal });
  await expect(run(secondVersion(undefined, 103))).rejects.toMatchObject({
    code: 'SWITCH_REFUSED',
    message: expect.stringContaining('differsFrom'),
  });
  await expect(run(secondVersion(103, 102))).rejects.toMatchObject({
    code: 'SWITCH_REFUSED',
    message: expect.stringContaining('102'),
  });
  expect(await run(secondVersion(103, 103))).toMatchObject({
    live: 'kv_kv_v2_1',
    retired: 'kv_kv_v1_1',
    comparedTo: 102,
  });
  await using live = await openProjection(url, secondVersion(103, 103));
  expect((await rowsOf(live, 'names')).map(({ name }) => name)).toEqual(['a', 'b']);
}, 60_000);

test('rule-change: a version that differs from its first block on has nothing to agree about', async () => {
  const url = await newDatabase();
  const log = await logOf([connectKv('0', ['alice +a']), connectKv('0a', ['bob +b'])]);
  const first = await openProjection(url, kvInstance());
  await first.advance(await readAllOf(log));
  await first.close();
  const second = secondVersion(101, 101);
  await expect(openProjection(url, second)).rejects.toMatchObject({ message: expect.stringContaining('version 1') });
  const { signal } = new AbortController();
  await rebuildOn(url, { instance: second, log, topic, signal });
  await using live = await openProjection(url, second);
  expect(await rowsOf(live, 'names')).toEqual([]);
}, 60_000);

test('names that Postgres would cut, or that two definitions would share, are refused before anything is made', async () => {
  const url = await newDatabase();
  const named = (chain: string, machine: string): MachineInstance => {
    const instance = kvInstance();
    return { ...instance, chain: { ...instance.chain, name: chain }, machine: { ...instance.machine, name: machine } };
  };
  await expect(openProjection(url, named('c'.repeat(32), 'm'.repeat(31)))).rejects.toMatchObject({
    code: 'NAME_CLASH',
  });
  await (await openProjection(url, named('a_b', 'c'))).close();
  await expect(openProjection(url, named('a', 'b_c'))).rejects.toMatchObject({ code: 'NAME_CLASH' });
}, 60_000);

async function readAllOf(log: OperationLog) {
  const changes = [];
  for await (const batch of log.read(topic, { after: null, untilEnd: true })) changes.push(...batch.changes);
  return changes;
}
