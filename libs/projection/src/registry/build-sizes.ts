import { sql } from 'kysely';
import { orDatabaseError } from '../build/database/database.ts';
import type { RegisteredBuild } from './registered-build.ts';
import type { Registry } from './registry.ts';

/** A build and what it takes on disk, its indexes included. */
export interface SizedBuild {
  readonly build: RegisteredBuild;
  readonly bytes: number;
}

/** All builds of a database with their sizes, newest last. @throws DatabaseUnavailable */
export async function readBuildSizes(registry: Registry): Promise<readonly SizedBuild[]> {
  const builds = await registry.builds();
  const schemas = builds.map(({ schema }) => schema);
  const { rows } = await orDatabaseError(() =>
    sql<{ schema: string; size: string }>`select n.nspname as schema, sum(pg_total_relation_size(c.oid)) as size
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any(${schemas}::text[]) and c.relkind = 'r' group by n.nspname`.execute(registry.db),
  );
  const sizes = new Map(rows.map(({ schema, size }) => [schema, Number(size)]));
  return builds.map((build) => ({ build, bytes: sizes.get(build.schema) ?? 0 }));
}
