import type { Collection } from '@virtualchain/machine';
import { sql } from 'kysely';
import { nameOf } from '../build/build.ts';
import { collectionTable, historyView } from '../build/collection-table.ts';
import type { Db } from '../build/database/database.ts';
import { FIXED_TABLES, READABLE_VIEWS } from '../build/tables.ts';
import type { NamedInstance } from './registered-build.ts';

/** Schema of the views that point at the live build of a machine. */
export function viewSchema({
  chain,
  machine,
}: {
  readonly chain: { readonly name: string };
  readonly machine: { readonly name: string };
}): string {
  return `${chain.name}_${machine.name}`;
}

/**
 * Points the views of a machine at a build: for each collection its current rows, and `<collection>_history` with the
 * heights between which a row held; and the fixed tables. Dropped and made again, since replacing a view cannot change its
 * columns, with the rights that others had on them; all in the caller's transaction.
 */
export async function pointViews(db: Db, instance: NamedInstance, schema: string): Promise<void> {
  const views = viewSchema(instance);
  await sql`create schema if not exists ${sql.id(views)}`.execute(db);
  const { rows } = await sql<{ viewname: string }>`select viewname from pg_views where schemaname = ${views}`.execute(
    db,
  );
  const { rows: granted } = await sql<{ relname: string; grantee: string; privilege_type: string }>`
    select c.relname, a.privilege_type, case a.grantee when 0 then 'public' else quote_ident(r.rolname) end as grantee
    from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) a left join pg_roles r on r.oid = a.grantee
    where n.nspname = ${views} and c.relkind = 'v' and a.grantee <> c.relowner`.execute(db);
  for (const { viewname } of rows) await sql`drop view ${sql.table(`${views}.${viewname}`)}`.execute(db);
  for (const [name, collection] of Object.entries(instance.machine.collections as Record<string, Collection>)) {
    const columns = sql.join(Object.keys(collection.columns).map((column) => sql.ref(column)));
    const table = nameOf({ schema }, collectionTable(name));
    await sql`create view ${sql.table(`${views}.${name}`)} as select ${columns} from ${table} where valid_to is null`.execute(
      db,
    );
    await sql`create view ${sql.table(`${views}.${historyView(name)}`)} as select ${columns}, valid_from, valid_to from ${table}`.execute(
      db,
    );
  }
  for (const table of FIXED_TABLES) {
    await sql`create view ${nameOf({ schema: views }, table)} as select * from ${nameOf({ schema }, table)}`.execute(
      db,
    );
  }
  for (const { name, select } of READABLE_VIEWS) {
    const selected = select((table) => nameOf({ schema }, table));
    await sql`create view ${nameOf({ schema: views }, name)} as ${selected}`.execute(db);
  }
  for (const { relname, grantee, privilege_type } of granted) {
    const view = sql.table(`${views}.${relname}`);
    const { rows: still } =
      await sql`select 1 from pg_views where schemaname = ${views} and viewname = ${relname}`.execute(db);
    if (still.length > 0) await sql`grant ${sql.raw(privilege_type)} on ${view} to ${sql.raw(grantee)}`.execute(db);
  }
}
