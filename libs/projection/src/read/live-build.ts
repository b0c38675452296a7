import { isMissing } from '@virtualchain/postgres';
import { sql } from 'kysely';
import { type Build, LAYOUT, nameOf } from '../build/build.ts';
import { type Db, inSnapshot } from '../build/database/database.ts';
import type { Table } from '../build/table.ts';
import { NoLiveBuild } from '../errors.ts';
import type { MachineInstance } from '../registry/registered-build.ts';
import { type Registry, readLiveBuild } from '../registry/registry.ts';
import { viewSchema } from '../registry/views.ts';

/**
 * Reads the views of a machine's live build, whichever that is, in one snapshot of the database. `views` are all that are read.
 *
 * @throws NoLiveBuild, VersionDiffers, ParametersDiffer, LayoutDiffers, DatabaseUnavailable.
 */
export async function inLiveBuild<Answer>(
  registry: Registry,
  instance: MachineInstance,
  views: readonly (Table | string)[],
  ask: (build: Build) => Promise<Answer>,
): Promise<Answer> {
  const { chain, machine } = instance;
  const schema = viewSchema(instance);
  try {
    return await inSnapshot(registry.db, async (db) => {
      await lockViews(db, schema, views);
      await readLiveBuild(db, instance); // rules and answers would be wrong with other parameters than it was folded with
      return ask({ db, schema, machine, layout: LAYOUT });
    });
  } catch (error) {
    if (!isMissing(error)) throw error;
    await readLiveBuild(registry.db, instance); // the views of an older layout lack some
    throw new NoLiveBuild(chain.name, machine.name);
  }
}

/** Before anything is read: a rebuild that takes the views away waits for us, or we for it, and see one build only. */
async function lockViews(db: Db, schema: string, views: readonly (Table | string)[]): Promise<void> {
  const names = views.map((view) => nameOf({ schema }, view));
  await sql`lock table ${sql.join(names)} in access share mode`.execute(db);
}
