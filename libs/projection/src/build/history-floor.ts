import { sql } from 'kysely';
import type { BuildTables } from './build.ts';
import { onBuilds } from './builds-table.ts';

/**
 * The lowest height whose state a build still has; null where all of its history is kept. `schema` is that of the build, or of the
 * views of the live one.
 */
export async function historyFloor({ db, schema }: BuildTables): Promise<number | null> {
  const isLive = sql<boolean>`(status = 'live' and chain || '_' || machine = ${schema})`;
  const row = await onBuilds(db)
    .selectFrom('builds')
    .selectAll() // a database of before has no such column
    .where(({ eb, or }) => or([eb('schema_name', '=', schema), isLive]))
    .executeTakeFirst();
  return row?.history_from ?? null;
}
