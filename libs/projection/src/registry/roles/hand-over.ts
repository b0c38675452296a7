import { sql } from 'kysely';
import type { Db } from '../../build/database/database.ts';

/** What a schema holds that has an owner of its own. */
interface Owned {
  readonly name: string;
  readonly kind: 'r' | 'p' | 'v';
}

/**
 * Gives a schema, its tables and its views to a role. To be given away a table or view is locked against everybody: those that are
 * the role's already are left alone, so that nobody waits. The others are taken in one order, which is that of the services: who works
 * on several of them has begun with those of `first`, and the rest come by name.
 */
export async function handOver(db: Db, schema: string, owner: string, first: readonly string[]): Promise<void> {
  const { rows } = await sql<{ is_theirs: boolean }>`select pg_get_userbyid(nspowner)::text <> ${owner} as is_theirs
    from pg_namespace where nspname = ${schema}`.execute(db);
  if (rows[0]?.is_theirs === true) await sql`alter schema ${sql.id(schema)} owner to ${sql.id(owner)}`.execute(db);
  for (const { name, kind } of await notYet(db, schema, owner, first)) {
    const what = sql.raw(kind === 'v' ? 'view' : 'table');
    await sql`alter ${what} ${sql.id(schema, name)} owner to ${sql.id(owner)}`.execute(db);
  }
}

/** Whether anything of these schemas is not the role's yet. */
export async function isAnyNotYet(db: Db, schemas: readonly string[], owner: string): Promise<boolean> {
  for (const schema of schemas) if ((await notYet(db, schema, owner, [])).length > 0) return true;
  return false;
}

async function notYet(db: Db, schema: string, owner: string, first: readonly string[]): Promise<readonly Owned[]> {
  const { rows } = await sql<Owned>`
    select c.relname as name, c.relkind as kind from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and c.relkind in ('r', 'p', 'v') and pg_get_userbyid(c.relowner)::text <> ${owner}
    order by array_position(${first}::text[], c.relname::text), c.relname`.execute(db);
  return rows;
}
