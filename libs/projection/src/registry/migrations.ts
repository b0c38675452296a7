import { Migration, Migrator } from '@mikro-orm/migrations';
import type { Options } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { type Db, inTransaction } from '../build/database/database.ts';
import { ormOver } from './orm.ts';

/** Tables that all builds of a database share, in schema `vchain`. */
class CreateBuilds extends Migration {
  override up(): void {
    this.addSql('create schema if not exists vchain');
    this.addSql(`create table vchain.builds (
      id integer generated always as identity primary key,
      chain text not null,
      machine text not null,
      version integer not null,
      build integer not null,
      schema_name text not null unique,
      network text not null,
      parameters jsonb not null,
      parameters_hash text not null,
      status text not null check (status in ('building', 'live', 'retired')),
      created_at timestamptz not null default now(),
      unique (chain, machine, version, build)
    )`);
    this.addSql(`create unique index builds_live on vchain.builds (chain, machine) where status = 'live'`);
  }
}

/** How the tables of a build are laid out; those that were there before have the first layout. */
class AddLayout extends Migration {
  override up(): void {
    this.addSql('alter table vchain.builds add column layout integer not null default 1');
  }
}

/**
 * Operations that are not in a block yet, as a projector judged them: which view of a machine counts, what waits now, and what
 * happened to it, newest part. They are made anew whenever a projector begins, and no build or hash knows of them.
 */
class CreatePending extends Migration {
  override up(): void {
    const machine = 'chain text not null, machine text not null';
    this.addSql(`create table vchain.pending_views (${machine},
      view text not null,
      position bigint not null,
      height integer,
      hash text,
      left_out integer not null,
      seen_at timestamptz not null default now(),
      primary key (chain, machine)
    )`);
    this.addSql(`create table vchain.pending_operations (${machine},
      txid text not null,
      position bigint not null,
      entry text not null,
      primary key (chain, machine, txid)
    )`);
    this.addSql(`create table vchain.pending_entries (${machine},
      position bigint not null,
      kind text not null,
      entry text not null,
      primary key (chain, machine, position)
    )`);
  }
}

/** The lowest height whose state a build still has, where history was pruned. */
class AddHistoryFrom extends Migration {
  override up(): void {
    this.addSql('alter table vchain.builds add column history_from integer');
  }
}

const MIGRATIONS = [
  { name: '0001-create-builds', class: CreateBuilds },
  { name: '0002-add-layout', class: AddLayout },
  { name: '0003-create-pending', class: CreatePending },
  { name: '0004-add-history-from', class: AddHistoryFrom },
];

/** What MikroORM is opened with to bring the shared tables up to date. */
const options: Options = {
  entities: [],
  extensions: [Migrator],
  migrations: { tableName: 'vchain.migrations', migrationsList: MIGRATIONS, snapshot: false, silent: true },
};

/** Brings the shared tables up to date, one process at a time. */
export async function migrate(db: Db): Promise<void> {
  // By its name MikroORM looks whether the database is there, and would make another one.
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db);
  const orm = ormOver(db, { ...options, dbName: rows[0]?.name ?? '' });
  await sql`create schema if not exists vchain`.execute(db).catch(() => undefined);
  await inTransaction(db, async (locking) => {
    await sql`select pg_advisory_xact_lock(hashtext('vchain migrations'))`.execute(locking);
    await orm.migrator.up();
  });
}
