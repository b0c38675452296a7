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

const MIGRATIONS = [
  { name: '0001-create-builds', class: CreateBuilds },
  { name: '0002-add-layout', class: AddLayout },
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
