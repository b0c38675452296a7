import { Migration, Migrator } from '@mikro-orm/migrations';
import { sql } from 'kysely';
import { amongOthers } from '../build/database/among-others.ts';
import { type Db, inTransaction } from '../build/database/database.ts';
import type { MigratedSchema, SchemaMigration } from './migrated-schema.ts';
import { ormOver } from './orm.ts';

/** Brings the tables of a schema up to date, one process at a time. Who uses them meanwhile does not wait for long. */
export function migrate(db: Db, schema: MigratedSchema): Promise<void> {
  return amongOthers((lockWaitMs) => tryToMigrate(db, schema, lockWaitMs));
}

async function tryToMigrate(db: Db, { name: schema, migrations }: MigratedSchema, lockWaitMs: number): Promise<void> {
  // By its name MikroORM looks whether the database is there, and would make another one.
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db);
  const orm = ormOver(db, {
    entities: [],
    extensions: [Migrator],
    migrations: {
      tableName: `${schema}.migrations`,
      migrationsList: migrations.map((migration) => ({ name: migration.name, class: classOf(migration, lockWaitMs) })),
      snapshot: false,
      silent: true,
    },
    dbName: rows[0]?.name ?? '',
  });
  await sql`create schema if not exists ${sql.id(schema)}`.execute(db).catch(() => undefined);
  await inTransaction(db, async (locking) => {
    await sql`select pg_advisory_xact_lock(hashtext(${`${schema} migrations`}))`.execute(locking);
    await orm.migrator.up();
  });
}

function classOf({ statements }: SchemaMigration, lockWaitMs: number) {
  return class extends Migration {
    override up(): void {
      this.addSql(`set local lock_timeout = ${lockWaitMs}`);
      for (const statement of statements) this.addSql(statement);
    }
  };
}
