import type { Collection } from '@virtualchain/machine';
import { sql } from 'kysely';
import type { MachineInstance } from './builds.ts';
import type { Db } from './database.ts';
import { collectionTable, FIXED_TABLES } from './tables.ts';

/** Schema of the views that point at the live build of a machine. */
export function viewSchema({ chain, machine }: Pick<MachineInstance, 'chain' | 'machine'>): string {
  return `${chain.name}_${machine.name}`;
}

/**
 * Points the views of a machine at a build: for each collection its current rows, and `<collection>_history` with the
 * heights between which a row held; and the fixed tables. Dropped and made anew, since replacing a view cannot change its
 * columns; all in the caller's transaction.
 */
export async function pointViews(
  db: Db,
  instance: Pick<MachineInstance, 'chain' | 'machine'>,
  schema: string,
): Promise<void> {
  const views = viewSchema(instance);
  await sql`create schema if not exists ${sql.id(views)}`.execute(db);
  const { rows } = await sql<{ viewname: string }>`select viewname from pg_views where schemaname = ${views}`.execute(
    db,
  );
  for (const { viewname } of rows) await sql`drop view ${sql.table(`${views}.${viewname}`)}`.execute(db);
  for (const [name, collection] of Object.entries(instance.machine.collections as Record<string, Collection>)) {
    const columns = sql.join(Object.keys(collection.columns).map((column) => sql.ref(column)));
    const table = sql.table(`${schema}.${collectionTable(name)}`);
    await sql`create view ${sql.table(`${views}.${name}`)} as select ${columns} from ${table} where valid_to is null`.execute(
      db,
    );
    await sql`create view ${sql.table(`${views}.${name}_history`)} as select ${columns}, valid_from, valid_to from ${table}`.execute(
      db,
    );
  }
  for (const table of FIXED_TABLES) {
    await sql`create view ${sql.table(`${views}.${table}`)} as select * from ${sql.table(`${schema}.${table}`)}`.execute(
      db,
    );
  }
}
