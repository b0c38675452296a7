import { sql } from 'kysely';
import { type BuildStatus, onBuilds } from '../build/builds-table.ts';
import { partAmongOthers } from '../build/database/among-others.ts';
import type { Db } from '../build/database/database.ts';
import { inMigrated } from './migrated.ts';
import { type NamedInstance, type RegisteredBuild, readBuilds } from './registered-build.ts';
import { SHARED_TABLES } from './shared-tables.ts';

/**
 * Changes the builds of one machine, in one transaction and alone: whoever comes second waits for the first. The shared
 * tables are brought up to date before.
 */
export function changeBuilds<Result>(
  postgresUrl: string,
  { chain, machine }: NamedInstance,
  change: (db: Db, builds: readonly RegisteredBuild[]) => Promise<Result>,
): Promise<Result> {
  return inSharedTables(postgresUrl, async (db) => {
    await lockBuildsOf(db, { chain, machine });
    return change(db, await readBuilds(db));
  });
}

/** Until the transaction ends nobody else changes the builds of a machine. */
export async function lockBuildsOf(db: Db, { chain, machine }: Named): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext(${`${chain.name} ${machine.name}`}))`.execute(db);
}

interface Named {
  readonly chain: { readonly name: string };
  readonly machine: { readonly name: string };
}

/** Removes a build that is not live; one that is stays, whoever asks: a switch may have happened without our knowing. */
export async function dropBuild(postgresUrl: string, schema: string): Promise<void> {
  await dropIf(postgresUrl, schema, ['building', 'retired']);
}

/** Removes a build that a rebuild has replaced; one that is not retired stays. @returns whether it was removed */
export function dropRetired(postgresUrl: string, schema: string): Promise<boolean> {
  return dropIf(postgresUrl, schema, ['retired']);
}

function dropIf(postgresUrl: string, schema: string, statuses: readonly BuildStatus[]): Promise<boolean> {
  return inSharedTables(postgresUrl, async (db) => {
    const { numDeletedRows } = await onBuilds(db)
      .deleteFrom('builds')
      .where('schema_name', '=', schema)
      .where('status', 'in', [...statuses])
      .executeTakeFirst();
    if (numDeletedRows === 1n) await partAmongOthers(db, () => dropSchema(db, schema));
    return numDeletedRows === 1n;
  });
}

/** The views that were kept of it go as well. */
async function dropSchema(db: Db, schema: string): Promise<void> {
  await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(db);
  const kept = schema.replace(/_\d+$/, ''); // views of this build alone, and of no machine that is live
  const { rows } = await sql`select from pg_namespace n where n.nspname = ${kept}
    and not exists (select from pg_class c where c.relnamespace = n.oid)`.execute(db);
  if (rows.length > 0) await sql`drop schema ${sql.id(kept)}`.execute(db);
}

/** Works in one transaction on the tables that all builds share, brought up to date before. */
export function inSharedTables<Result>(postgresUrl: string, work: (db: Db) => Promise<Result>): Promise<Result> {
  return inMigrated(postgresUrl, SHARED_TABLES, work);
}
