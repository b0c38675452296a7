import type { Pool, PoolClient } from 'pg';
import { LogLayoutDiffers } from '../errors.ts';

/**
 * The tables of all logs of a database. A record stands in a batch, which is a record batch of Kafka's format; a batch is
 * found by the offset of its last record. `topics.next_offset` is the end of the log, and its row the lock of who writes.
 * A topic that is deleted takes its batches along, and another one of its name has another id. `producers` has the epoch of the
 * newest writer of each transactional id: who comes with an older one is fenced.
 */
const LAYOUT = 1;

const TABLES = `
  do $$ begin
    if to_regnamespace('vchain_log') is null then create schema vchain_log; end if;
  end $$;
  create table vchain_log.layout (version integer not null);
  insert into vchain_log.layout values (${LAYOUT});
  create table vchain_log.topics (
    id bigint generated always as identity primary key,
    name text not null unique,
    next_offset bigint not null default 0,
    created_at timestamptz not null default now()
  );
  create table vchain_log.batches (
    topic_id bigint not null references vchain_log.topics on delete cascade,
    last_offset bigint not null,
    record_count integer not null,
    body bytea not null,
    primary key (topic_id, last_offset)
  );
  alter table vchain_log.batches alter column body set storage external;
  create table vchain_log.producers (
    transactional_id text primary key,
    epoch bigint not null
  );
  create table vchain_log.group_offsets (
    topic_id bigint not null references vchain_log.topics on delete cascade,
    group_name text not null,
    next_offset bigint not null,
    primary key (topic_id, group_name)
  )`;

/** Any number, the same in every process: whoever makes the tables holds it. */
const MAKING_LOCK = '7308331956284517731';

/** Makes the tables where they are not there; several processes may ask at once. @throws LogLayoutDiffers */
export async function makeLayout(pool: Pool): Promise<void> {
  if (await isMade(pool)) return refuseOtherLayout(pool);
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query('start transaction isolation level read committed');
    await client.query(`select pg_advisory_xact_lock(${MAKING_LOCK})`);
    if (!(await isMade(client))) await client.query(TABLES);
    await client.query('commit');
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    client.release(failure); // with a failure it is thrown away, and its transaction with it
  }
  await refuseOtherLayout(pool);
}

/** Asks the catalogue itself: what `to_regclass` answers may be from before the lock was waited for. */
async function isMade(database: Pool | PoolClient): Promise<boolean> {
  const { rows } = await database.query(
    `select from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'vchain_log' and c.relname = 'layout'`,
  );
  return rows.length > 0;
}

/** @throws LogLayoutDiffers */
export async function refuseOtherLayout(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ readonly version: number }>('select version from vchain_log.layout');
  const found = rows[0]?.version;
  if (rows.length !== 1 || found !== LAYOUT) throw new LogLayoutDiffers(found ?? null, LAYOUT);
}
