import { Migration, Migrator } from '@mikro-orm/migrations';
import type { MikroORM } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { closeOrm, connectOrm, dbOf, inTransaction, orDatabaseError } from '../build/database.ts';
import { SHARED_POOL_CONNECTIONS_MAX } from '../limits.ts';

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

const MIGRATIONS = [{ name: '0001-create-builds', class: CreateBuilds }];

/** Opens the shared tables of a database, brought up to date first. */
export async function openSharedTables(postgresUrl: string): Promise<MikroORM> {
  return orDatabaseError(async () => {
    // No limit for statements: whoever opens waits for the lock of those who came before, an import of hours included.
    const purpose = { name: 'shared', connectionsMax: SHARED_POOL_CONNECTIONS_MAX, statementTimeoutMs: 0 };
    const orm = await connectOrm(postgresUrl, purpose, {
      entities: [],
      extensions: [Migrator],
      migrations: { tableName: 'vchain.migrations', migrationsList: MIGRATIONS, snapshot: false, silent: true },
    });
    try {
      await orm.em.execute('create schema if not exists vchain').catch(() => undefined);
      await inTransaction(dbOf(orm), async (db) => {
        await sql`select pg_advisory_xact_lock(hashtext('vchain migrations'))`.execute(db);
        await orm.migrator.up();
      });
      return orm;
    } catch (error) {
      await closeOrm(orm);
      throw error;
    }
  });
}
