/** Commands that change tables, views and roles while other sessions hold locks on them, or change the same rows of the catalogue. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createToken, secureAccess } from '@virtualchain/access';
import { patient } from '@virtualchain/gateway';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { createMemoryLog, openPostgresLog } from '@virtualchain/operation-log';
import {
  amongOthers,
  createBuild,
  dropRetired,
  openProjection,
  openRegistry,
  orDatabaseError,
  type PostgresProjection,
  readerOf,
  secureDatabase,
  takeOver,
} from '@virtualchain/projection';
import pg from 'pg';
import { project } from '../../services/projector/src/index.ts';
import { quickClock } from '../kit/quick-clock.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { until } from '../kit/until.ts';
import { changesOf, connectKv, kvInstance, publish } from './kv-log.ts';
import { FIRST_BLOCK, identityOf } from './log-blocks.ts';

let parts: RealParts<'postgres'>;
let databases = 0;
beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
}, 120_000);
afterAll(async () => parts?.[Symbol.asyncDispose]());

/** A database with a live build, another session in a transaction of its own, and one that looks on. */
class Place implements AsyncDisposable {
  readonly url: string;
  readonly prefix: string;
  readonly live: PostgresProjection;
  readonly other: pg.Client;
  readonly #looking: pg.Client;

  private constructor(url: string, prefix: string, live: PostgresProjection) {
    this.url = url;
    this.prefix = prefix;
    this.live = live;
    this.other = new pg.Client({ connectionString: url });
    this.#looking = new pg.Client({ connectionString: url });
  }

  static async open(): Promise<Place> {
    const prefix = `contention_${parts.runId}_${++databases}`.toLowerCase().replace(/[^a-z0-9]/g, '_');
    const url = await parts.postgres.createDatabase(prefix);
    const place = new Place(url, prefix, await openProjection(url, kvInstance()));
    await place.other.connect();
    await place.#looking.connect();
    return place;
  }

  get roles() {
    return { prefix: this.prefix, passwords: {} };
  }

  async rows(statement: string): Promise<readonly Record<string, unknown>[]> {
    return (await this.#looking.query(statement)).rows;
  }

  /** Until a session of ours waits for one that is not ours. */
  async untilBlocked(): Promise<void> {
    await until(
      'one of our sessions waits for a lock',
      () =>
        this.rows(`select application_name from pg_stat_activity where datname = current_database()
          and application_name like 'virtualchain%' and cardinality(pg_blocking_pids(pid)) > 0`),
      (waiting) => waiting.length > 0,
      20_000,
    );
  }

  /** Who owns each table of a schema. */
  async owners(schema: string): Promise<readonly string[]> {
    const rows = await this.rows(`select distinct rolname as name from pg_class c join pg_roles r on r.oid = relowner
      where relnamespace = '${schema}'::regnamespace and relkind in ('r', 'v') order by 1`);
    return rows.map(({ name }) => String(name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of [this.other, this.#looking]) await client.end();
    await this.live.close();
  }
}

const outcomeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => error,
  );

test('roles: a projector that is in the middle of a batch, and looks at the builds at its end, is waited for', async () => {
  await using place = await Place.open();
  await place.other.query(`begin; update ${place.live.schema}.checkpoint set updated_at = now()`);
  const made = outcomeOf(secureDatabase(place.url, 'projections', place.roles));
  await place.untilBlocked();
  await place.other.query('select status from vchain.builds; commit');
  expect(await made).toBe('done');
  expect(await place.owners(place.live.schema)).toEqual([`${place.prefix}_projector`]);
  expect(await place.owners('vchain')).toEqual([`${place.prefix}_projector`]);
}, 60_000);

test('roles: a session that holds what is changed last, and then wants what is changed first, gets it; the roles are made all the same', async () => {
  await using place = await Place.open();
  await place.other.query('begin; select status from vchain.builds');
  const made = outcomeOf(secureDatabase(place.url, 'projections', place.roles));
  await place.untilBlocked();
  await place.other.query(`select sequence from ${place.live.schema}.checkpoint; commit`);
  expect(await made).toBe('done');
  expect(await place.owners('vchain')).toEqual([`${place.prefix}_projector`]);
  expect(await place.owners('kv_kv')).toEqual([`${place.prefix}_projector`]);
}, 60_000);

test('roles: a row of the catalogue that another session changes meanwhile is changed again', async () => {
  await using place = await Place.open();
  const [{ name } = {}] = await place.rows('select quote_ident(current_database()) as name');
  await place.other.query(`begin; grant connect on database ${name} to current_user`);
  const made = outcomeOf(secureDatabase(place.url, 'projections', place.roles));
  await place.untilBlocked();
  await place.other.query('commit');
  expect(await made).toBe('done');
  const [rights] =
    await place.rows(`select has_database_privilege('${place.prefix}_relay', current_database(), 'connect') as connect,
      has_database_privilege('${place.prefix}_relay', current_database(), 'temporary') as temporary`);
  expect(rights).toEqual({ connect: true, temporary: false });
}, 60_000);

test('roles: made again they wait for nobody, whatever is read and written', async () => {
  await using place = await Place.open();
  await createToken(place.url, { name: 'owner', scopes: ['webhooks'] });
  await secureDatabase(place.url, 'both', place.roles);
  await secureAccess(place.url, place.roles);
  const tables =
    await place.rows(`select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = relnamespace
    where (nspname like 'kv_kv%' or nspname like 'vchain%') and relkind = 'r'`);
  await place.other.query(`begin; lock table ${tables.map(({ name }) => name).join(', ')} in row exclusive mode`);
  await place.other.query('lock table kv_kv.names, kv_kv.blocks in access share mode');
  await secureDatabase(place.url, 'both', place.roles);
  await secureAccess(place.url, place.roles);
  await place.other.query('commit');
}, 60_000);

test('roles: two commands at once make them once', async () => {
  await using place = await Place.open();
  const all = Array.from({ length: 3 }, () => outcomeOf(secureDatabase(place.url, 'both', place.roles)));
  expect(await Promise.all(all)).toEqual(['done', 'done', 'done']);
}, 60_000);

test('roles: the tables of tokens are handed over while an owner changes a webhook', async () => {
  await using place = await Place.open();
  await createToken(place.url, { name: 'owner', scopes: ['webhooks'] });
  await secureDatabase(place.url, 'projections', place.roles);
  await place.other.query(
    "begin; insert into vchain_access.audit (actor, action, subject, detail) values ('a', 'b', 'c', '{}')",
  );
  const made = outcomeOf(secureAccess(place.url, place.roles));
  await place.untilBlocked();
  await place.other.query('update vchain_access.tokens set name = name; commit');
  expect(await made).toBe('done');
  expect(await place.owners('vchain_access')).toEqual([`${place.prefix}_operator`]);
}, 60_000);

test('a reader is not held up for long by a switch of builds that waits for another reader', async () => {
  await using place = await Place.open();
  await using built = await createBuild(place.url, kvInstance());
  await place.other.query('begin; select from kv_kv.names');
  const switched = outcomeOf(takeOver(place.url, kvInstance(), built.schema));
  await place.untilBlocked();
  expect(await place.rows('select from kv_kv.names')).toEqual([]);
  await place.other.query('commit');
  expect(await switched).toBe('done');
}, 60_000);

test('nor by a new version that brings the table of builds up to date', async () => {
  await using place = await Place.open();
  await place.rows("delete from vchain.migrations where name = '0004-add-history-from'");
  await place.rows('alter table vchain.builds drop column history_from');
  await place.other.query('begin; select from vchain.builds');
  const opened = openProjection(place.url, kvInstance());
  await place.untilBlocked();
  expect(await place.rows('select status from vchain.builds')).toEqual([{ status: 'live' }]);
  await place.other.query('commit');
  await (await opened).close();
  expect(await place.rows('select history_from from vchain.builds')).toEqual([{ history_from: null }]);
}, 60_000);

test('a change that meets others at every try is given up, and leaves nothing', async () => {
  await using place = await Place.open();
  await place.other.query('begin; lock table vchain.builds in row exclusive mode');
  const patience = { triesMax: 3, lockWait: { firstMs: 10, lastMs: 20 }, pause: { firstMs: 1, lastMs: 2 } };
  const waited: number[] = [];
  const client = new pg.Client({ connectionString: place.url });
  await client.connect();
  const change = async (lockWaitMs: number) => {
    waited.push(lockWaitMs);
    await client.query(`begin; set local lock_timeout = ${lockWaitMs}`);
    await client.query('create table vchain.half_done (); lock table vchain.builds in access exclusive mode');
  };
  const changed = amongOthers(
    (lockWaitMs) => orDatabaseError(() => change(lockWaitMs).finally(() => client.query('rollback'))),
    patience,
  );
  await expect(changed).rejects.toMatchObject({
    code: 'DATABASE_BUSY',
    remedy: 'retry',
    message: expect.stringMatching(
      /lock timeout, at each of 3 tries; nothing of this change was made: see in pg_stat_activity/,
    ),
  });
  expect(waited).toEqual([10, 20, 20]);
  await client.end();
  expect(await place.rows("select to_regclass('vchain.half_done') as there")).toEqual([{ there: null }]);
}, 60_000);

test('a build takes over while a reader has one view and then wants another', async () => {
  await using place = await Place.open();
  const changes = await changesOf([connectKv('0', ['alice +a'])]);
  await place.live.advance(changes);
  await using built = await createBuild(place.url, kvInstance());
  await built.advance(changes);
  await place.other.query('begin; select from kv_kv.transitions');
  const switched = outcomeOf(takeOver(place.url, kvInstance(), built.schema));
  await place.untilBlocked();
  await place.other.query('select from kv_kv.blocks; commit');
  expect(await switched).toBe('done');
  expect(await place.rows('select name from kv_kv.names')).toEqual([{ name: 'a' }]);
  expect(await place.rows("select schema_name from vchain.builds where status = 'live'")).toEqual([
    { schema_name: built.schema },
  ]);
}, 60_000);

test('a retired build is dropped while a reader has one of its tables and then wants another', async () => {
  await using place = await Place.open();
  await using built = await createBuild(place.url, kvInstance());
  await takeOver(place.url, kvInstance(), built.schema);
  const { schema } = place.live;
  const tables = ['c_names', 'blocks', 'checkpoint', 'records', 'stored_feed', 'stored_operations'];
  await place.other.query(`begin; select from ${schema}.${tables[0]}`);
  const dropped = outcomeOf(dropRetired(place.url, schema));
  await place.untilBlocked();
  await place.other.query(`${tables.map((table) => `select from ${schema}.${table};`).join(' ')} commit`);
  expect(await dropped).toBe('done');
  expect(await place.rows(`select from pg_namespace where nspname = '${schema}'`)).toEqual([]);
}, 60_000);

test('the first user of a log waits for who makes its schema meanwhile, as the command for roles does', async () => {
  await using place = await Place.open();
  await using log = openPostgresLog({ url: place.url });
  await place.other.query('begin; create schema vchain_log');
  const ensured = outcomeOf(log.ensureTopic('vchain.regtest.kv'));
  await place.untilBlocked();
  await place.other.query('commit');
  expect(await ensured).toBe('done');
}, 60_000);

/** The other session takes `first`, a service begins and waits for it, and then the session wants what the service has by then. */
async function inACircle<Outcome>(
  place: Place,
  { first, next }: { readonly first: string; readonly next: string },
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  await place.other.query(`begin; ${first}`);
  const working = work();
  await place.untilBlocked();
  await place.other.query(`${next}; rollback`);
  return working;
}

test('a projector that a deadlock ends folds its batch again', async () => {
  await using place = await Place.open();
  await using log = createMemoryLog();
  await publish(log, 'vchain.regtest.kv', [connectKv('0', ['alice +a'])]);
  const met: string[] = [];
  const stop = new AbortController();
  const { schema } = place.live;
  const circle = {
    first: `lock table ${schema}.blocks in exclusive mode`,
    next: `update ${schema}.checkpoint set id = 1`,
  };
  await inACircle(place, circle, () =>
    project({
      log,
      topic: 'vchain.regtest.kv',
      open: () => openProjection(place.url, kvInstance()),
      signal: stop.signal,
      clock: quickClock,
      events: {
        opened: () => undefined,
        advanced: () => undefined,
        state(state, error) {
          if (error !== null) met.push(`${state} ${error.code}: ${error.message}`);
          if (state === 'at-tip' || state === 'faulted') stop.abort();
        },
      },
    }),
  );
  expect(met).toEqual([expect.stringMatching(/^retrying DATABASE_UNAVAILABLE: Postgres: deadlock detected/)]);
  expect(await place.rows('select name from kv_kv.names')).toEqual([{ name: 'a' }]);
}, 60_000);

test('a read of the gateway that a deadlock ends is read again', async () => {
  await using place = await Place.open();
  await using registry = await openRegistry(place.url);
  await place.live.advance(await changesOf([connectKv('0', ['alice +a'])]));
  const circle = { first: 'alter view kv_kv.names_history reset (security_barrier)', next: 'drop view kv_kv.blocks' };
  let reads = 0;
  const height = await inACircle(place, circle, () =>
    patient({
      read: (at, ask) => {
        reads += 1;
        return readerOf(registry, kvInstance()).read(at, ask);
      },
    }).read('tip', async (reading) => (await reading.blocks({ limit: 1 }))[0]?.height),
  );
  expect({ height, reads }).toEqual({ height: FIRST_BLOCK, reads: 2 });
}, 60_000);

test('a writer of the log that a deadlock ends is told that it may try again, and nothing of it is there', async () => {
  await using place = await Place.open();
  await using log = openPostgresLog({ url: place.url });
  const topic = 'vchain.regtest.kv';
  await log.ensureTopic(topic);
  const writer = await log.openWriter(identityOf(topic));
  const circle = {
    first: 'lock table vchain_log.batches in exclusive mode',
    next: 'update vchain_log.topics set next_offset = next_offset',
  };
  const outcome = await inACircle(place, circle, () => outcomeOf(writer.append([connectKv('0')])));
  expect(outcome).toMatchObject({
    code: 'BROKER_UNAVAILABLE',
    remedy: 'retry',
    message: expect.stringContaining('deadlock detected'),
  });
  const next = await log.openWriter(identityOf(topic));
  expect(next.tail.block).toBeNull();
  await next.append([connectKv('0')]);
  expect((await log.tail(topic))?.block?.height).toBe(FIRST_BLOCK);
}, 60_000);
