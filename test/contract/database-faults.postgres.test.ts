import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { createMemoryLog } from '@virtualchain/operation-log';
import { openProjection, type PostgresProjection, readHashes, verifyProjection } from '@virtualchain/projection';
import { project } from '../../services/projector/src/index.ts';
import { Client } from '../kit/postgres-client.ts';
import { quickClock } from '../kit/quick-clock.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { connectKv, kvInstance, publish } from './kv-log.ts';
import { disconnect } from './log-blocks.ts';

/** A projector whose Postgres fails in every way that may pass, in the middle of a block and at its commit. */
const TOPIC = 'vchain.regtest.kv';
const FAILURES = 3;

let parts: RealParts<'postgres'>;
let databases = 0;
let log: ReturnType<typeof createMemoryLog>;
let expected: Awaited<ReturnType<typeof stateOf>>;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  log = createMemoryLog();
  await publish(log, TOPIC, [
    connectKv('0', ['alice +a', 'bob +b']),
    connectKv('0a', ['alice =a:1', 'carol +a', 'bob ?x']),
    connectKv('0aa', ['bob -b']),
    disconnect('0aa'),
    connectKv('0ab', ['bob =b:2', 'carol +c']),
    connectKv('0aba', ['carol =c:3']),
  ]);
  const url = await newDatabase();
  await using projection = await openProjection(url, kvInstance());
  await untilTip(url);
  expected = await stateOf(projection, url);
}, 120_000);

afterAll(async () => {
  await log?.close();
  await parts?.[Symbol.asyncDispose]();
});

const newDatabase = () => parts.postgres.createDatabase(`faults_${parts.runId}_${++databases}`.toLowerCase());

/** Folds the log to its end; what it met on the way. */
async function untilTip(url: string): Promise<readonly string[]> {
  const stop = new AbortController();
  const met: string[] = [];
  await project({
    log,
    topic: TOPIC,
    open: () => openProjection(url, kvInstance()),
    signal: stop.signal,
    clock: quickClock,
    events: {
      opened: () => undefined,
      advanced: () => undefined,
      state(state, error) {
        if (error !== null) met.push(`${state} ${error.code}`);
        if (state === 'at-tip' || state === 'faulted') stop.abort();
      },
    },
  });
  return met;
}

/** All that is kept, but for what names a build. */
async function stateOf(projection: PostgresProjection, url: string) {
  await using client = await Client.connect(url);
  const rows = (table: string, order: string) =>
    client.rows(`select * from ${projection.schema}.${table} order by ${order}`);
  return {
    hashes: await readHashes(projection),
    names: await rows('c_names', 'name, valid_from'),
    operations: await rows('stored_operations', 'height, position'),
    feed: await rows('stored_feed', 'position'),
    disagreements: (await verifyProjection(projection)).disagreements,
  };
}

const PASSING = {
  '40001': 'a serialization failure',
  '40P01': 'a deadlock',
  '53300': 'too many connections',
  '53100': 'a full disk',
  '53200': 'no memory',
  '25006': 'a server that only reads',
  '57014': 'a statement that took too long',
  '55P03': 'a lock that was not to be had',
  '57P01': 'a shutdown',
} as const;
const MOMENTS = { 'in the middle of a block': false, 'at its commit': true } as const;
const CASES = Object.keys(PASSING).flatMap((code) =>
  Object.entries(MOMENTS).map(([when, isAtCommit]) => [code, when, isAtCommit] as const),
);

test.each(CASES)(
  'SQLSTATE %s %s, three times: tried again, and every table is as without it',
  async (code, _when, isAtCommit) => {
    const url = await newDatabase();
    await using projection = await openProjection(url, kvInstance());
    const { schema } = projection;
    await using client = await Client.connect(url);
    await client.rows(`create sequence ${schema}.failures`);
    await client.rows(`create function ${schema}.fail() returns trigger language plpgsql as $$ begin
    if nextval('${schema}.failures') <= ${FAILURES} then raise exception 'injected' using errcode = '${code}'; end if;
    return new; end $$`);
    await client.rows(
      isAtCommit
        ? `create constraint trigger fail after update on ${schema}.checkpoint
          deferrable initially deferred for each row execute function ${schema}.fail()`
        : `create trigger fail before insert on ${schema}.stored_operations for each row execute function ${schema}.fail()`,
    );
    const met = await untilTip(url);
    expect(met).toEqual(Array.from({ length: FAILURES }, () => 'retrying DATABASE_UNAVAILABLE'));
    expect(await stateOf(projection, url)).toEqual(expected);
  },
);

test('a right that is missing does not pass: the projector stands, and says what to grant', async () => {
  const url = await newDatabase();
  await using projection = await openProjection(url, kvInstance());
  const { schema } = projection;
  await using client = await Client.connect(url);
  await client.rows(`create function ${schema}.fail() returns trigger language plpgsql as
    $$ begin raise exception 'permission denied' using errcode = '42501'; end $$`);
  await client.rows(
    `create trigger fail before insert on ${schema}.stored_operations for each row execute function ${schema}.fail()`,
  );
  expect(await untilTip(url)).toEqual(['faulted DATABASE_REFUSED']);
  const [{ blocks } = {}] = await client.rows(`select count(*)::integer as blocks from ${schema}.blocks`);
  expect(blocks).toBe(0);
  await client.rows(`drop trigger fail on ${schema}.stored_operations`);
  await projection.setFault(null);
  expect(await untilTip(url)).toEqual([]);
  expect(await stateOf(projection, url)).toEqual(expected);
});

test('a lock that another session holds for a while is waited for', async () => {
  const url = await newDatabase();
  await using projection = await openProjection(url, kvInstance());
  await using client = await Client.connect(url);
  const held = client.rows(
    `begin; lock table ${projection.schema}.checkpoint in access exclusive mode; select pg_sleep(1); commit`,
  );
  expect(await untilTip(url)).toEqual([]);
  await held;
  expect(await stateOf(projection, url)).toEqual(expected);
});
