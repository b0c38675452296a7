import { defineEntity } from '@mikro-orm/postgresql';
import { BuildRetired } from '../errors.ts';
import { type BuildTables, on } from './build.ts';
import type { Db } from './database/database.ts';
import { column } from './table.ts';

/** A live build has the views of its machine; one that a rebuild made is not live before it takes over. */
export type BuildStatus = 'building' | 'live' | 'retired';

/** What a chain and a machine were made with. */
export interface BuildParameters {
  readonly chain: Readonly<Record<string, unknown>>;
  readonly machine: Readonly<Record<string, unknown>>;
}

/** All builds of a database, in a table that they share: a migration makes it (`registry/migrations.ts`). */
const Builds = defineEntity({
  name: 'builds',
  tableName: 'builds',
  properties: {
    id: column.integer().primary().autoincrement(),
    chain: column.text(),
    machine: column.text(),
    version: column.integer(),
    build: column.integer(),
    schema_name: column.text(),
    network: column.text(),
    parameters: column.json<BuildParameters>(),
    parameters_hash: column.text(),
    status: column.text().$type<BuildStatus>(),
  },
});

/** Typed queries on the table of all builds. */
export function onBuilds(db: Db) {
  return on({ db, schema: 'vchain' }, Builds);
}

/**
 * Refuses a build whose place a rebuild has taken: there is no sense in waiting at a fault of the old one, or in going on
 * with it. A switch holds the checkpoint's lock, so that one look inside a batch is enough.
 *
 * @throws BuildRetired
 */
export async function checkNotRetired({ db, schema }: BuildTables): Promise<void> {
  const found = await onBuilds(db)
    .selectFrom('builds')
    .select('status')
    .where('schema_name', '=', schema)
    .executeTakeFirst();
  if (found?.status === 'retired') throw new BuildRetired(schema);
}
