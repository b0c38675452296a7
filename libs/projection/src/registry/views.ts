import type { Collection } from '@virtualchain/machine';
import { sql } from 'kysely';
import { nameOf } from '../build/build.ts';
import { collectionTable, historyView } from '../build/collection-table.ts';
import { type Patience, partAmongOthers } from '../build/database/among-others.ts';
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

/** Schema of the views that point at the newest build of an older version, since another version took its place. */
export function retiredViewSchema(of: Parameters<typeof viewSchema>[0], version: number): string {
  return `${viewSchema(of)}_v${version}`;
}

/**
 * Keeps the views of a machine as they are, under the name of the version that they are of, with the rights on them: whoever knows
 * the rules of that version alone goes on reading what they made, until it is replaced itself. In the caller's transaction, before
 * the views are pointed at the build of another version. Who reads what was kept before is waited for as `pointViews` waits.
 *
 * @throws DatabaseBusy
 */
export function keepViews(db: Db, instance: NamedInstance, version: number): Promise<void> {
  return partAmongOthers(db, () => copyViews(db, instance, version));
}

async function copyViews(db: Db, instance: NamedInstance, version: number): Promise<void> {
  const views = viewSchema(instance);
  const kept = retiredViewSchema(instance, version);
  const { rows: others } = await sql`
    select from vchain.builds where chain || '_' || machine = ${kept}`.execute(db);
  if (others.length > 0) return; // the views of a machine of that name
  await sql`drop schema if exists ${sql.id(kept)} cascade`.execute(db);
  await sql`create schema ${sql.id(kept)}`.execute(db);
  const { rows: readers } = await sql<{ grantee: string }>`
    select quote_ident(r.rolname) as grantee from pg_namespace n, aclexplode(n.nspacl) a join pg_roles r on r.oid = a.grantee
    where n.nspname = ${views} and a.grantee <> n.nspowner and a.privilege_type = 'USAGE'`.execute(db);
  for (const { grantee } of readers)
    await sql`grant usage on schema ${sql.id(kept)} to ${sql.raw(grantee)}`.execute(db);
  const { rows: defined } = await sql<{ name: string; definition: string }>`
    select viewname as name, definition from pg_views where schemaname = ${views}`.execute(db);
  for (const { name, definition } of defined)
    await sql`create view ${sql.table(`${kept}.${name}`)} as ${sql.raw(definition.replace(/;\s*$/, ''))}`.execute(db);
  await grantAll(db, kept, await grantsIn(db, views));
}

/**
 * Points the views of a machine at a build: for each collection its current rows, and `<collection>_history` with the
 * heights between which a row held; and the fixed tables. Dropped and made again, since replacing a view cannot change its
 * columns, with the rights that others had on them; all in the caller's transaction. Who reads them is waited for, again and again for a short
 * while, so that other readers do not have to wait behind us.
 *
 * @throws DatabaseBusy
 */
export function pointViews(
  db: Db,
  instance: NamedInstance,
  schema: string,
  patience: Partial<Patience> = {},
): Promise<void> {
  return partAmongOthers(db, () => makeViews(db, instance, schema), patience);
}

async function makeViews(db: Db, instance: NamedInstance, schema: string): Promise<void> {
  const views = viewSchema(instance);
  await sql`create schema if not exists ${sql.id(views)}`.execute(db);
  // In the order in which readers lock them.
  const { rows } = await sql<{ viewname: string }>`
    select viewname from pg_views where schemaname = ${views} order by viewname`.execute(db);
  const granted = await grantsIn(db, views);
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
  await grantAll(db, views, granted);
}

/** What somebody else may do with a view. */
interface Grant {
  readonly relname: string;
  readonly grantee: string;
  readonly privilege_type: string;
}

async function grantsIn(db: Db, schema: string): Promise<readonly Grant[]> {
  const { rows } = await sql<Grant>`
    select c.relname, a.privilege_type, case a.grantee when 0 then 'public' else quote_ident(r.rolname) end as grantee
    from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) a left join pg_roles r on r.oid = a.grantee
    where n.nspname = ${schema} and c.relkind = 'v' and a.grantee <> c.relowner`.execute(db);
  return rows;
}

/** Gives the same rights to the views of those names that are there. */
async function grantAll(db: Db, schema: string, granted: readonly Grant[]): Promise<void> {
  for (const { relname, grantee, privilege_type } of granted) {
    const view = sql.table(`${schema}.${relname}`);
    const { rows: still } =
      await sql`select 1 from pg_views where schemaname = ${schema} and viewname = ${relname}`.execute(db);
    if (still.length > 0) await sql`grant ${sql.raw(privilege_type)} on ${view} to ${sql.raw(grantee)}`.execute(db);
  }
}
