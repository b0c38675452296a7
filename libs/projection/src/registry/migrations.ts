import { Migration, Migrator } from '@mikro-orm/migrations';
import { sql } from 'kysely';
import { type Db, inTransaction } from '../build/database/database.ts';
import type { MigratedSchema, SchemaMigration } from './migrated-schema.ts';
import { ormOver } from './orm.ts';

/** Brings the tables of a schema up to date, one process at a time. */
export async function migrate(db: Db, { name: schema, migrations }: MigratedSchema): Promise<void> {
  // By its name MikroORM looks whether the database is there, and would make another one.
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db);
  const orm = ormOver(db, {
    entities: [],
    extensions: [Migrator],
    migrations: {
      tableName: `${schema}.migrations`,
      migrationsList: migrations.map((migration) => ({ name: migration.name, class: classOf(migration) })),
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

function classOf({ statements }: SchemaMigration) {
  return class extends Migration {
    override up(): void {
      for (const statement of statements) this.addSql(statement);
    }
  };
}
