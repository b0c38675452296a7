import { PostgresProjection } from '../advance/postgres-projection.ts';
import { LAYOUT } from '../build/build.ts';
import { openDatabase } from '../build/database/database.ts';
import { changeBuilds } from './change-builds.ts';
import { genesisOf, makeBuild } from './make-build.ts';
import { checkInstance, insertBuild, liveAmong, type MachineInstance } from './registered-build.ts';
import { type Registry, readLiveBuild } from './registry.ts';
import { pointViews } from './views.ts';

/**
 * Opens the live build of a machine with a pool of its own; makes the first one where there is none.
 *
 * @throws VersionDiffers, ParametersDiffer, LayoutDiffers, DatabaseUnavailable.
 */
export async function openProjection(postgresUrl: string, instance: MachineInstance): Promise<PostgresProjection> {
  const schema = await changeBuilds(postgresUrl, instance, async (db, builds) => {
    const live = liveAmong(builds, instance.chain.name, instance.machine.name);
    if (live !== null) {
      checkInstance(live, instance);
      return live.schema;
    }
    const made = await makeBuild(postgresUrl, instance, builds);
    await insertBuild(db, instance, { ...made, status: 'live' });
    await pointViews(db, instance, made.schema);
    return made.schema;
  });
  return openBuild(postgresUrl, instance, schema);
}

/** Makes a further build, not live: what `rebuild` folds into. */
export async function createBuild(postgresUrl: string, instance: MachineInstance): Promise<PostgresProjection> {
  const schema = await changeBuilds(postgresUrl, instance, async (db, builds) => {
    const made = await makeBuild(postgresUrl, instance, builds);
    await insertBuild(db, instance, { ...made, status: 'building' });
    return made.schema;
  });
  return openBuild(postgresUrl, instance, schema);
}

/** Opens a build by its schema, live or not, with a pool of its own. */
export async function openBuild(
  postgresUrl: string,
  { machine }: MachineInstance,
  schema: string,
  layout = LAYOUT,
): Promise<PostgresProjection> {
  const { hashes: genesisHashes } = await genesisOf(machine);
  const { db, close } = openDatabase(postgresUrl, schema);
  return new PostgresProjection({ build: { db, schema, machine, layout }, genesisHashes, close });
}

/**
 * Opens the live build of a machine over the registry's pool, for as long as the registry is open.
 *
 * @throws NoLiveBuild, VersionDiffers, ParametersDiffer, LayoutDiffers.
 */
export async function openLiveBuild({ db }: Registry, instance: MachineInstance): Promise<PostgresProjection> {
  const { schema, layout } = await readLiveBuild(db, instance);
  const { machine } = instance;
  const { hashes: genesisHashes } = await genesisOf(machine);
  return new PostgresProjection({
    build: { db, schema, machine, layout },
    genesisHashes,
    close: async () => undefined,
  });
}
