import { sql } from 'kysely';
import { BuildRetired } from '../errors.ts';
import { type BuildTables, type Layout, nameOf, on } from './build.ts';
import type { Write } from './bulk/write.ts';
import type { Db } from './database/database.ts';
import { column, defineTable, type RowOf } from './table.ts';

/** A live build has the views of its machine; one that a rebuild made is not live before it takes over. */
export type BuildStatus = 'building' | 'live' | 'retired';

/** What a chain and a machine were made with. */
export interface BuildParameters {
  readonly chain: Readonly<Record<string, unknown>>;
  readonly machine: Readonly<Record<string, unknown>>;
}

/** All builds of a database, in a table that they share: a migration makes it (`registry/migrations.ts`). */
const Builds = defineTable('builds', {
  id: column.integer().primary().generated(),
  chain: column.text(),
  machine: column.text(),
  version: column.integer(),
  build: column.integer(),
  schema_name: column.text(),
  network: column.text(),
  parameters: column.json<BuildParameters>(),
  parameters_hash: column.text(),
  status: column.text().as<BuildStatus>(),
  layout: column.integer().as<Layout>(),
  history_from: column.integer().nullable(),
});

const SHARED = { schema: 'vchain' };

/** Typed queries on the table of all builds. */
export function onBuilds(db: Db) {
  return on({ db, ...SHARED }, Builds);
}

/** Looks, together with what a batch writes, whether the build was retired: as `checkNotRetired` does, and for the same reason. */
export function retiredLook({ schema }: BuildTables): Write {
  return {
    bytes: 0,
    statement: sql`select 1 from ${nameOf(SHARED, Builds)} where schema_name = ${schema} and status = 'retired'`,
    expected: { rows: 0, orElse: () => new BuildRetired(schema) },
  };
}

/**
 * Refuses a build whose place a rebuild has taken: there is no sense in waiting at a fault of the old one, or in going on
 * with it. A switch holds the checkpoint's lock, so that one look inside a batch is enough.
 *
 * @throws BuildRetired
 */
export async function checkNotRetired({ db, schema }: BuildTables): Promise<void> {
  const { rows } = await sql<Pick<RowOf<typeof Builds>, 'status'>>`select status from ${nameOf(SHARED, Builds)}
    where schema_name = ${schema}`.execute(db);
  if (rows[0]?.status === 'retired') throw new BuildRetired(schema);
}
