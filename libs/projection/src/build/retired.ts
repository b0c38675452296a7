import { sql } from 'kysely';
import { BuildRetired } from '../errors.ts';
import type { BuildTables } from './build.ts';

/**
 * A rebuild may have taken the place of a build: whoever waits at a fault of the old one, or goes on with it, would do so
 * for nothing. A switch holds the checkpoint's lock, so that one look inside a batch is enough.
 *
 * @throws BuildRetired
 */
export async function checkNotRetired({ db, schema }: BuildTables): Promise<void> {
  const { rows } = await sql<{
    status: string;
  }>`select status from vchain.builds where schema_name = ${schema}`.execute(db);
  if (rows[0]?.status === 'retired') throw new BuildRetired(schema);
}
