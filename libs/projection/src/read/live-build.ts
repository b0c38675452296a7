import { isMissing } from '@virtualchain/postgres';
import { sql } from 'kysely';
import { type Build, LAYOUT, nameOf } from '../build/build.ts';
import { type Db, inSnapshot } from '../build/database/database.ts';
import type { Table } from '../build/table.ts';
import { NoLiveBuild, VersionDiffers } from '../errors.ts';
import type { MachineInstance } from '../registry/registered-build.ts';
import { type Registry, readLiveBuild, readRetiredBuild } from '../registry/registry.ts';
import { retiredViewSchema, viewSchema } from '../registry/views.ts';

/**
 * Reads the views of a machine's live build, whichever that is, in one snapshot of the database. `views` are all that are read. Where
 * other rules are live, and the registry answers from retired builds, those of the newest build that the instance's rules made.
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
  const inViews = (schema: string, check: (db: Db) => Promise<unknown>): Promise<Answer> =>
    inSnapshot(registry.db, async (db) => {
      await lockViews(db, schema, views);
      await check(db); // rules and answers would be wrong with other parameters than it was folded with
      return ask({ db, schema, machine, layout: LAYOUT });
    });
  try {
    return await inViews(viewSchema(instance), (db) => readLiveBuild(db, instance));
  } catch (error) {
    if (registry.answersRetired && (error instanceof VersionDiffers || isMissing(error))) {
      if ((await readRetiredBuild(registry.db, instance)) !== null)
        return await inViews(retiredViewSchema(instance, machine.version), (db) => refuseGone(db, instance)).catch(
          (gone: unknown) => {
            throw isMissing(gone) ? error : gone; // it was retired before views were kept
          },
        );
    }
    if (!isMissing(error)) throw error;
    await readLiveBuild(registry.db, instance); // the views of an older layout lack some
    throw new NoLiveBuild(chain.name, machine.name);
  }
}

async function refuseGone(db: Db, instance: MachineInstance): Promise<void> {
  if ((await readRetiredBuild(db, instance)) === null) await readLiveBuild(db, instance);
}

/**
 * Before anything is read: a rebuild that takes the views away waits for us, or we for it, and see one build only. Both come to them by
 * their names, so that they do not wait for one another.
 */
async function lockViews(db: Db, schema: string, views: readonly (Table | string)[]): Promise<void> {
  const names = views.map((view) => (typeof view === 'string' ? view : view.name)).sort();
  await sql`lock table ${sql.join(names.map((name) => nameOf({ schema }, name)))} in access share mode`.execute(db);
}
