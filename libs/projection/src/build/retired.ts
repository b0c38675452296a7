import { sql } from 'kysely';
import { BuildRetired } from '../errors.ts';
import type { BuildTables } from './build.ts';

/**
 * Refuses a build whose place a rebuild has taken: there is no sense in waiting at a fault of the old one, or in going on
 * with it. A switch holds the checkpoint's lock, so that one look inside a batch is enough.
 *
 * @throws BuildRetired
 */
export async function checkNotRetired({ db, schema }: BuildTables): Promise<void> {
  const { rows } = await sql<{
    status: string;
  }>`select status from vchain.builds where schema_name = ${schema}`.execute(db);
  if (rows[0]?.status === 'retired') throw new BuildRetired(schema);
}
