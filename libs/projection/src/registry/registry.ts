import { isMissing } from '@virtualchain/postgres';
import { type Db, openDatabase } from '../build/database/database.ts';
import { NoLiveBuild } from '../errors.ts';
import {
  checkInstance,
  liveAmong,
  type MachineInstance,
  type RegisteredBuild,
  readBuilds,
} from './registered-build.ts';

/**
 * The builds of a database, over one pool: opened once by a command or a service, whatever it reads. What changes them is
 * `changeBuilds`. A database in which nobody has made a build yet has none, and stays as it is.
 */
export interface Registry extends AsyncDisposable {
  readonly postgresUrl: string;
  readonly db: Db;
  /** Whether reads by rules that are not live any more are answered from the newest build that they made, or refused. */
  readonly answersRetired: boolean;
  /** All builds, newest last. */
  builds(): Promise<readonly RegisteredBuild[]>;
  /** The build that is live for a machine now, null before the first. */
  live(chain: string, machine: string): Promise<RegisteredBuild | null>;
}

/**
 * Opens the builds of a database for reading. Connects when it is asked: Postgres may be away.
 *
 * @throws PostgresUrlInvalid
 */
export async function openRegistry(
  postgresUrl: string,
  { answersRetired = false }: { readonly answersRetired?: boolean } = {},
): Promise<Registry> {
  const { db, close } = openDatabase(postgresUrl, 'vchain');
  const builds = () => buildsSoFar(db);
  return {
    postgresUrl,
    db,
    answersRetired,
    builds,
    live: async (chain, machine) => liveAmong(await builds(), chain, machine),
    [Symbol.asyncDispose]: close,
  };
}

/** The live build of a machine, made as the instance is. @throws NoLiveBuild, VersionDiffers, ParametersDiffer, LayoutDiffers */
export async function readLiveBuild(db: Db, instance: MachineInstance): Promise<RegisteredBuild> {
  const live = liveAmong(await buildsSoFar(db), instance.chain.name, instance.machine.name);
  if (live === null) throw new NoLiveBuild(instance.chain.name, instance.machine.name);
  checkInstance(live, instance);
  return live;
}

/**
 * The newest build that the rules of the instance made and that those of another version have replaced; null where there is none, or
 * where no other version is live.
 */
export async function readRetiredBuild(db: Db, instance: MachineInstance): Promise<RegisteredBuild | null> {
  const { chain, machine } = instance;
  const builds = await buildsSoFar(db);
  const live = liveAmong(builds, chain.name, machine.name);
  if (live === null || live.version === machine.version) return null;
  const own = builds.findLast(
    (one) => one.chain === chain.name && one.machine === machine.name && one.version === machine.version,
  );
  if (own?.status !== 'retired') return null;
  checkInstance(own, instance);
  return own;
}

async function buildsSoFar(db: Db): Promise<readonly RegisteredBuild[]> {
  try {
    return await readBuilds(db);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
