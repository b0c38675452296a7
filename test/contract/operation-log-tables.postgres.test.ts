import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { follow } from '@virtualchain/client';
import type { ExpectedError } from '@virtualchain/kernel';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { createPostgresBroker, type LogChange, openPostgresLog, writerPoints } from '@virtualchain/operation-log';
import { createConnections } from '../../libs/operation-log/src/postgres/postgres-connections.ts';
import { leakyNetwork } from '../kit/leaky-network.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { connect, disconnect, hashOf, identityOf, readAll, spell } from './log-blocks.ts';
import { type PostgresHands, postgresHarness } from './postgres-hands.ts';

jest.setTimeout(60_000);

/** How long requests are repeated while the server is away: as long as a busy machine takes to start one. */
const FOR_A_RESTART_MS = 600_000;

let parts: RealParts<'postgres'>;
let url: string;
let hands: PostgresHands;
let databases = 0;

async function newDatabase(): Promise<string> {
  databases += 1;
  const name = `tables_${parts.runId}_${databases}`;
  return parts.postgres.createDatabase(name.toLowerCase().replace(/[^a-z0-9_]/g, '_'));
}

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  url = await newDatabase();
  hands = postgresHarness(url, async () => undefined);
}, 180_000);
afterAll(async () => {
  await hands?.close();
  await parts?.[Symbol.asyncDispose]();
}, 60_000);

const NAMES = ['0', '0a', '0b', '0ab', '0ac'];
const words = (changes: readonly LogChange[]) => changes.map((change) => spell(change, NAMES));

const outcomeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: ExpectedError) => error.code ?? String(error),
  );

test('twenty-four first users at once make the tables once, and all succeed', async () => {
  const empty = await newDatabase();
  const logs = Array.from({ length: 24 }, () => openPostgresLog({ url: empty }));
  const outcomes = await Promise.all(logs.map((log, index) => outcomeOf(log.ensureTopic(`first.${index % 3}`))));
  await Promise.all(logs.map((log) => log.close()));
  expect(new Set(outcomes)).toEqual(new Set(['no error']));
});

test('who only reads makes no tables', async () => {
  const empty = await newDatabase();
  await using log = openPostgresLog({ url: empty });
  expect(await outcomeOf(log.tail('read.only'))).toBe('TOPIC_MISSING');
  const operator = postgresHarness(empty, async () => undefined);
  expect(await operator.rows(`select to_regnamespace('vchain_log') as made`)).toEqual([{ made: null }]);
  await operator.close();
});

test('tables of another layout are refused, by readers and by writers', async () => {
  const other = await newDatabase();
  const operator = postgresHarness(other, async () => undefined);
  {
    await using log = openPostgresLog({ url: other });
    await log.ensureTopic('layout');
  }
  await operator.rows('update vchain_log.layout set version = 2');
  await using log = openPostgresLog({ url: other });
  expect(await outcomeOf(log.tail('layout'))).toBe('LOG_LAYOUT_DIFFERS');
  expect(await outcomeOf(log.ensureTopic('layout'))).toBe('LOG_LAYOUT_DIFFERS');
  expect(await outcomeOf(log.openWriter(identityOf('layout')))).toBe('LOG_LAYOUT_DIFFERS');
  await operator.close();
});

test('what role and database have as their defaults changes neither order nor safety of what is written', async () => {
  const hostile = await newDatabase();
  const operator = postgresHarness(hostile, async () => undefined);
  const name = new URL(hostile).pathname.slice(1);
  for (const setting of [
    `synchronous_commit = off`,
    `default_transaction_isolation = 'serializable'`,
    `default_transaction_read_only = on`,
    `search_path = nowhere`,
    `bytea_output = 'escape'`,
    `idle_in_transaction_session_timeout = 1`,
    `statement_timeout = 1`,
  ])
    await operator.rows(`alter database ${name} set ${setting}`);
  const connections = createConnections({ url: hostile });
  const found = await connections.askAnyway('none', (pool) =>
    pool.query(`select current_setting('synchronous_commit') as commits`),
  );
  expect(found.rows).toEqual([{ commits: 'on' }]);
  await connections.close();
  await using log = openPostgresLog({ url: hostile });
  await log.ensureTopic('hostile');
  await using first = await log.openWriter(identityOf('hostile'));
  await first.append([connect('0', 3)]);
  await using next = await log.openWriter(identityOf('hostile'));
  await next.append([connect('0a')]);
  expect(words(await readAll(log, 'hostile'))).toEqual(['+0', '+0a']);
  await operator.close();
});

test('frozen-inside-its-transaction: Postgres ends its session, and the next writer gets in behind it', async () => {
  const topic = 'frozen';
  await using log = openPostgresLog({ url });
  await log.ensureTopic(topic);
  await using older = await log.openWriter(identityOf(topic));
  await older.append([connect('0')]);
  const frozen = await hands.begin(topic, { transactionalId: `${topic}.ingester`, idleMs: 500 });
  await using next = await log.openWriter(identityOf(topic));
  await next.append([connect('0a')]);
  expect(await outcomeOf(frozen.commit())).not.toBe('no error');
  expect(await outcomeOf(older.append([connect('0b')]))).toBe('WRITER_FENCED');
  expect(words(await readAll(log, topic))).toEqual(['+0', '+0a']);
});

test('fence-behind-a-commit: what an older writer commits up to the fence is in the tail of the newer one', async () => {
  const topic = 'settled';
  await using log = openPostgresLog({ url });
  await log.ensureTopic(topic);
  await using older = await log.openWriter(identityOf(topic));
  const opening = Promise.withResolvers<void>();
  using _points = writerPoints.listen((point) => point === 'before-commit' && opening.resolve());
  const appended = older.append([connect('0')]);
  await opening.promise;
  await using newer = await log.openWriter(identityOf(topic));
  await appended;
  expect(newer.tail).toMatchObject({ epoch: 2, block: { hash: hashOf('0') } });
});

test('answer-of-a-commit-lost: the writer is spent, and the next one finds what was committed', async () => {
  const topic = 'lost.answer';
  await using network = await leakyNetwork(url);
  await using far = openPostgresLog({ url: network.url, stallLimitMs: 500 });
  await using log = openPostgresLog({ url });
  await log.ensureTopic(topic);
  const writer = await far.openWriter(identityOf(topic));
  await writer.append([connect('0')]);
  const points = writerPoints.listen((point) => {
    if (point === 'before-commit') network.loseAnswers();
  });
  expect(await outcomeOf(writer.append([connect('0a')]))).toBe('WRITER_STALLED');
  points[Symbol.dispose]();
  expect(await outcomeOf(writer.append([connect('0ab')]))).toBe('WRITER_SPENT');
  network.cut();
  await using next = await far.openWriter(identityOf(topic));
  expect(next.tail.block?.hash).toBe(hashOf('0a'));
  await next.append([connect('0ab')]);
  expect(words(await readAll(log, topic))).toEqual(['+0', '+0a', '+0ab']);
});

test('connection-cut-before-the-commit: nothing of the transaction is there', async () => {
  const topic = 'cut.before';
  await using network = await leakyNetwork(url);
  await using far = openPostgresLog({ url: network.url });
  await far.ensureTopic(topic);
  const writer = await far.openWriter(identityOf(topic));
  await writer.append([connect('0')]);
  const points = writerPoints.listen((point) => {
    if (point === 'before-commit') network.cut();
  });
  expect(await outcomeOf(writer.append([connect('0a')]))).toBe('BROKER_UNAVAILABLE');
  points[Symbol.dispose]();
  await using next = await far.openWriter(identityOf(topic));
  expect(next.tail.block?.hash).toBe(hashOf('0'));
});

test('a waiting reader is told of a commit, and does not sleep through its wait', async () => {
  const topic = 'told';
  await using log = openPostgresLog({ url });
  await log.ensureTopic(topic);
  await using writer = await log.openWriter(identityOf(topic));
  const broker = createPostgresBroker({ url });
  const { stable } = await broker.offsets(topic);
  await broker.fetch(topic, stable, { maxWaitMs: 500 }); // by now it listens
  const waiting = broker.fetch(topic, stable, { maxWaitMs: 3_600_000 });
  await writer.append([connect('0')]);
  expect((await waiting).records).toHaveLength(2);
  await broker.close();
});

test('a service follows a chain whose log is in Postgres', async () => {
  const topic = 'followed';
  await using log = openPostgresLog({ url });
  await log.ensureTopic(topic);
  await using writer = await log.openWriter(identityOf(topic));
  await writer.append([connect('0', 2), connect('0a')]);
  await writer.append([disconnect('0a')]);
  const told: string[] = [];
  for await (const { kind, block } of follow({ postgresUrl: url, topic, untilEnd: true }))
    told.push(`${kind} ${block.height}`);
  expect(told).toEqual(['connected 101', 'connected 102', 'disconnected 102']);
});

test('tail-cut-by-a-restored-copy: the reader rewinds, and the next writer goes on from what is left', async () => {
  const topic = 'restored';
  await using log = openPostgresLog({ url });
  await log.ensureTopic(topic);
  await using writer = await log.openWriter(identityOf(topic));
  for (const name of ['0', '0a', '0ab']) await writer.append([connect(name)]);
  const last = (await readAll(log, topic)).at(-1);
  await hands.cutTail(topic, 5n); // in the middle of 0a
  expect(await outcomeOf(readAll(log, topic, last?.cursor))).toBe('LOG_TRUNCATED');
  expect(await outcomeOf(writer.append([connect('0abc')]))).toBe('LOG_TRUNCATED');
  await using next = await log.openWriter(identityOf(topic));
  expect(next.tail.block?.hash).toBe(hashOf('0'));
  await next.append([connect('0b')]);
  expect(words(await readAll(log, topic))).toEqual(['+0', '+0b']);
});

test.each([
  ['a wrong password', (there: URL) => Object.assign(there, { password: 'wrong' }), /BROKER_REFUSED .*password/],
  [
    'a database that is not there',
    (there: URL) => Object.assign(there, { pathname: '/none' }),
    /BROKER_REFUSED .*none/,
  ],
  ['a server that is away', (there: URL) => Object.assign(there, { port: '1' }), /BROKER_UNAVAILABLE .*ECONNREFUSED/],
])('%s is told by its name, without a secret', async (_what, changed, expected) => {
  const wrong = changed(new URL(url)).href;
  await using log = openPostgresLog({ url: wrong, retryForMs: 0 });
  const said = await log.tail('some').catch(({ code, message }: ExpectedError) => `${code} ${message}`);
  expect(said).toMatch(expected);
  expect(said).not.toContain(new URL(url).password);
});

test('a role without rights on the tables is refused, with what to do', async () => {
  await using log = openPostgresLog({ url });
  await log.ensureTopic('rights');
  const role = `reader_${parts.runId}`.toLowerCase().replace(/[^a-z0-9_]/g, '_');
  await hands.rows(`create role ${role} login password 'word'`);
  const theirs = Object.assign(new URL(url), { username: role, password: 'word' }).href;
  {
    await using reader = openPostgresLog({ url: theirs });
    const said = await reader.tail('rights').catch(({ code, message }: ExpectedError) => `${code} ${message}`);
    expect(said).toMatch(/BROKER_REFUSED .*rights on the schema vchain_log/);
  }
  await hands.rows(`grant usage on schema vchain_log to ${role}`);
  await hands.rows(`grant select on all tables in schema vchain_log to ${role}`);
  {
    await using reader = openPostgresLog({ url: theirs });
    expect(await reader.tail('rights')).toBeNull();
    expect(await outcomeOf(reader.openWriter(identityOf('rights')))).toBe('BROKER_REFUSED');
  }
  await hands.rows(`drop owned by ${role}`);
  await hands.rows(`drop role ${role}`);
});

test('a server that is killed and comes back: readers go on, the writer is replaced, nothing is lost or doubled', async () => {
  await using own = await startRealParts({ need: ['postgres'], log: () => undefined });
  const topic = 'server-killed';
  await using log = openPostgresLog({ url: own.postgres.url, stallLimitMs: 20_000, retryForMs: FOR_A_RESTART_MS });
  await log.ensureTopic(topic);
  const stop = new AbortController();
  const seen: LogChange[] = [];
  const reading = (async () => {
    for await (const { changes } of log.read(topic, { after: null, signal: stop.signal })) seen.push(...changes);
  })();
  const writer = await log.openWriter(identityOf(topic));
  await writer.append([connect('0')]);
  await own.postgres.kill();
  const fate = writer.append([connect('0a')]).then(
    () => 'committed',
    ({ remedy }: ExpectedError) => remedy,
  );
  await own.postgres.start();
  expect(['committed', 'retry']).toContain(await fate);
  await writer.close();
  await using next = await log.openWriter(identityOf(topic));
  if (next.tail.block?.height === 101) await next.append([connect('0a')]);
  await next.append([connect('0ab')]);
  const wanted = ['+0', '+0a', '+0ab'];
  while (seen.length < wanted.length) await new Promise((done) => setTimeout(done, 50));
  stop.abort();
  await reading;
  expect(words(seen)).toEqual(wanted);
  expect(words(await readAll(log, topic))).toEqual(wanted);
}, 180_000);
