import { bytesToHex, sha256 } from '@virtualchain/bitcoin';
import {
  type AnyStateMachine,
  anchorHeight,
  type CanonicalValue,
  type CollectionHashes,
  canonicalJson,
  foldGenesis,
  MemoryState,
} from '@virtualchain/machine';
import type { VirtualChain } from '@virtualchain/protocol';
import { sql } from 'kysely';
import { PostgresProjection } from '../advance/postgres-projection.ts';
import { insertCheckpoint } from '../build/checkpoint.ts';
import { historiesOf, insertVersions } from '../build/collection-history.ts';
import { closeOrm, type Db, dbOf, inTransaction, openOrm, orDatabaseError } from '../build/database.ts';
import { buildEntities } from '../build/tables.ts';
import { NameClash, ParametersDiffer, VersionDiffers } from '../errors.ts';
import { IDENTIFIER_BYTES_MAX } from '../limits.ts';
import { openSharedTables } from './shared-tables.ts';
import { pointViews } from './views.ts';

export type BuildStatus = 'building' | 'live' | 'retired';

/** What the registry knows of one build of one version of a machine: a schema of its own. */
export interface RegisteredBuild {
  readonly chain: string;
  readonly machine: string;
  readonly version: number;
  readonly build: number;
  readonly schema: string;
  readonly network: string;
  readonly parameters: {
    readonly chain: Readonly<Record<string, unknown>>;
    readonly machine: Readonly<Record<string, unknown>>;
  };
  readonly parametersHash: string;
  readonly status: BuildStatus;
}

/** What a machine is opened as: the definition, the chain whose log it folds, and what both were made with. */
export interface MachineInstance {
  readonly machine: AnyStateMachine;
  readonly chain: VirtualChain;
  readonly network: string;
  /** Parameters of the machine's definition. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** sha256 over the RFC 8785 JSON of the parameters of chain and machine. */
export function parametersHash({ chain, parameters }: MachineInstance): string {
  const json = canonicalJson({ chain: chain.parameters, machine: parameters } as CanonicalValue);
  return bytesToHex(sha256(new TextEncoder().encode(json)));
}

/** All builds of the database, newest last. */
export async function listBuilds(postgresUrl: string): Promise<readonly RegisteredBuild[]> {
  const orm = await openSharedTables(postgresUrl);
  try {
    return await buildsOf(dbOf(orm));
  } finally {
    await closeOrm(orm);
  }
}

export async function buildsOf(db: Db): Promise<readonly RegisteredBuild[]> {
  const { rows } = await orDatabaseError(() =>
    sql<Record<string, unknown>>`select * from vchain.builds order by id`.execute(db),
  );
  return rows.map((row) => ({
    chain: String(row['chain']),
    machine: String(row['machine']),
    version: Number(row['version']),
    build: Number(row['build']),
    schema: String(row['schema_name']),
    network: String(row['network']),
    parameters: row['parameters'] as RegisteredBuild['parameters'],
    parametersHash: String(row['parameters_hash']),
    status: row['status'] as BuildStatus,
  }));
}

/** The build that is live for a machine, null before the first. */
export function liveAmong(builds: readonly RegisteredBuild[], chain: string, machine: string): RegisteredBuild | null {
  return builds.find((one) => one.chain === chain && one.machine === machine && one.status === 'live') ?? null;
}

/**
 * Holds a definition to what a build was made with: by other rules or parameters a good build would look broken, a broken one
 * good, and a snapshot would be signed for what it is not.
 *
 * @throws VersionDiffers, ParametersDiffer.
 */
export function checkInstance(build: RegisteredBuild, instance: MachineInstance): void {
  const { machine, network } = instance;
  if (build.version !== machine.version)
    throw new VersionDiffers(machine.name, build.schema, build.version, machine.version);
  if (build.parametersHash !== parametersHash(instance) || build.network !== network)
    throw new ParametersDiffer(build.schema);
}

/**
 * Opens the live build of a machine; makes the first one where there is none.
 *
 * @throws VersionDiffers, ParametersDiffer, DatabaseUnavailable.
 */
export async function openProjection(postgresUrl: string, instance: MachineInstance): Promise<PostgresProjection> {
  const shared = await openSharedTables(postgresUrl);
  try {
    const schema = await inTransaction(dbOf(shared), async (db) => {
      const { machine, chain } = instance;
      await sql`select pg_advisory_xact_lock(hashtext(${`${chain.name} ${machine.name}`}))`.execute(db);
      const builds = await buildsOf(db);
      const live = liveAmong(builds, chain.name, machine.name);
      if (live !== null) {
        checkInstance(live, instance);
        return live.schema;
      }
      const made = await makeBuild(postgresUrl, instance, builds);
      await registerBuild(db, instance, made, 'live');
      await pointViews(db, instance, made.schema);
      return made.schema;
    });
    return await openBuild(postgresUrl, instance, schema);
  } finally {
    await closeOrm(shared);
  }
}

/** Makes a further build, not live: what `rebuild` folds into. */
export async function createBuild(postgresUrl: string, instance: MachineInstance): Promise<PostgresProjection> {
  const shared = await openSharedTables(postgresUrl);
  try {
    const schema = await inTransaction(dbOf(shared), async (db) => {
      await sql`select pg_advisory_xact_lock(hashtext(${`${instance.chain.name} ${instance.machine.name}`}))`.execute(
        db,
      );
      const made = await makeBuild(postgresUrl, instance, await buildsOf(db));
      await registerBuild(db, instance, made, 'building');
      return made.schema;
    });
    return await openBuild(postgresUrl, instance, schema);
  } finally {
    await closeOrm(shared);
  }
}

/** Opens a build by its schema, live or not. */
export async function openBuild(
  postgresUrl: string,
  instance: MachineInstance,
  schema: string,
): Promise<PostgresProjection> {
  const { machine } = instance;
  const orm = await orDatabaseError(() => openOrm(postgresUrl, schema, []));
  const { hashes: genesisHashes } = await genesisOf(machine);
  const build = { db: dbOf(orm), schema, machine };
  return new PostgresProjection({ build, genesisHashes, close: () => closeOrm(orm) });
}

/** Removes a build that is not live; one that is stays, whoever asks: a switch may have happened without our hearing of it. */
export async function dropBuild(postgresUrl: string, schema: string): Promise<void> {
  const shared = await openSharedTables(postgresUrl);
  try {
    await inTransaction(dbOf(shared), async (db) => {
      const { numAffectedRows } =
        await sql`delete from vchain.builds where schema_name = ${schema} and status <> 'live'`.execute(db);
      if (numAffectedRows === 1n) await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(db);
    });
  } finally {
    await closeOrm(shared);
  }
}

export interface MadeBuild {
  readonly schema: string;
  readonly build: number;
}

/**
 * The next free build of a version, and the schema it will have.
 *
 * @throws NameClash when Postgres would cut the name, or another chain and machine spell the same.
 */
export function nextBuild({ machine, chain }: MachineInstance, builds: readonly RegisteredBuild[]): MadeBuild {
  const isSame = (build: RegisteredBuild): boolean => build.chain === chain.name && build.machine === machine.name;
  const clash = builds.find(
    (build) => !isSame(build) && `${build.chain}_${build.machine}` === `${chain.name}_${machine.name}`,
  );
  if (clash !== undefined) {
    throw new NameClash(
      `chain ${chain.name} with machine ${machine.name} spells the same schema as chain ${clash.chain} with machine ${clash.machine}; rename one`,
    );
  }
  const build =
    Math.max(0, ...builds.filter((one) => isSame(one) && one.version === machine.version).map((one) => one.build)) + 1;
  const schema = `${chain.name}_${machine.name}_v${machine.version}_${build}`;
  if (schema.length > IDENTIFIER_BYTES_MAX) {
    throw new NameClash(
      `${schema} has ${schema.length} characters, Postgres keeps ${IDENTIFIER_BYTES_MAX}; give chain or machine a shorter name`,
    );
  }
  return { schema, build };
}

/** Statements that make the tables of a build, dropping first what a crash left unregistered under its name. */
export async function tablesSql(postgresUrl: string, machine: AnyStateMachine, schema: string): Promise<string> {
  const orm = await openOrm(postgresUrl, schema, buildEntities(machine));
  try {
    return `drop schema if exists "${schema}" cascade;\n${await orm.schema.getCreateSchemaSQL({ schema })}`;
  } finally {
    await closeOrm(orm);
  }
}

/** Makes the schema with its tables, genesis rows and checkpoint; what a crash left unregistered is made anew. */
async function makeBuild(
  postgresUrl: string,
  instance: MachineInstance,
  builds: readonly RegisteredBuild[],
): Promise<MadeBuild> {
  const { machine } = instance;
  const made = nextBuild(instance, builds);
  const { schema } = made;
  const statements = await tablesSql(postgresUrl, machine, schema);
  const { changes } = await genesisOf(machine);
  const orm = await openOrm(postgresUrl, schema, []);
  try {
    await inTransaction(dbOf(orm), async (db) => {
      await sql.raw(statements).execute(db);
      const build = { db, schema, machine };
      await insertCheckpoint(build, null);
      for (const history of historiesOf(build)) {
        const versions = changes.flatMap(({ collection, after }) =>
          collection === history.name && after !== null
            ? [{ row: after, validFrom: anchorHeight(machine), validTo: null }]
            : [],
        );
        await insertVersions(history, versions);
      }
    });
  } finally {
    await closeOrm(orm);
  }
  return made;
}

export async function registerBuild(
  db: Db,
  instance: MachineInstance,
  { schema, build }: MadeBuild,
  status: BuildStatus,
): Promise<void> {
  const { machine, chain, network, parameters } = instance;
  await sql`insert into vchain.builds (chain, machine, version, build, schema_name, network, parameters, parameters_hash, status)
    values (${chain.name}, ${machine.name}, ${machine.version}, ${build}, ${schema}, ${network},
      ${JSON.stringify({ chain: chain.parameters, machine: parameters })}::jsonb, ${parametersHash(instance)}, ${status})`.execute(
    db,
  );
}

function genesisOf(machine: AnyStateMachine): Promise<{
  readonly changes: Awaited<ReturnType<typeof foldGenesis>>['changes'];
  readonly hashes: CollectionHashes;
}> {
  return foldGenesis(machine, new MemoryState(machine.collections));
}
