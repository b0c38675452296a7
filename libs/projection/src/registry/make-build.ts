import { type AnyStateMachine, anchorHeight, foldGenesis, MemoryState } from '@virtualchain/machine';
import { IDENTIFIER_BYTES_MAX } from '@virtualchain/postgres';
import { sql } from 'kysely';
import { LAYOUT } from '../build/build.ts';
import { insertCheckpoint } from '../build/checkpoint.ts';
import { historiesOf, insertVersions } from '../build/collection-history.ts';
import { type Db, inTransaction, openDatabase } from '../build/database/database.ts';
import { storageSql } from '../build/tables.ts';
import { NameClash } from '../errors.ts';
import type { MachineInstance, NamedInstance, RegisteredBuild } from './registered-build.ts';

export type MadeBuild = Pick<RegisteredBuild, 'schema' | 'build'>;

/**
 * The next free build of a version, and the schema it will have.
 *
 * @throws NameClash when Postgres would cut the name, or another chain and machine spell the same.
 */
export function nextBuild({ machine, chain }: NamedInstance, builds: readonly RegisteredBuild[]): MadeBuild {
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

/** Loads what makes builds, ahead of the first one: most of what that takes. */
export async function prepareToBuild(): Promise<void> {
  await Promise.all([import('./entities.ts'), import('./orm.ts'), import('./migrations.ts')]);
}

/** Statements that make the tables of a build, dropping first what a crash left unregistered under its name. */
export async function tablesSql(db: Db, machine: AnyStateMachine, schema: string): Promise<string> {
  const [{ buildEntities }, { ormOver }] = await Promise.all([import('./entities.ts'), import('./orm.ts')]);
  const orm = ormOver(db, { entities: buildEntities(machine), schema, dbName: schema });
  const tables = await orm.schema.getCreateSchemaSQL({ schema });
  return `drop schema if exists "${schema}" cascade;\n${tables}\n${storageSql(schema)}`;
}

/** Makes the schema with its tables, genesis rows and checkpoint; what a crash left unregistered is made again. */
export async function makeBuild(
  postgresUrl: string,
  instance: MachineInstance,
  builds: readonly RegisteredBuild[],
): Promise<MadeBuild> {
  const { machine } = instance;
  const made = nextBuild(instance, builds);
  const { schema } = made;
  const { changes } = await genesisOf(machine);
  const database = openDatabase(postgresUrl, schema);
  try {
    const statements = await tablesSql(database.db, machine, schema);
    await inTransaction(database.db, async (db) => {
      await sql.raw(statements).execute(db);
      const build = { db, schema, machine, layout: LAYOUT };
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
    await database.close();
  }
  return made;
}

/** The rows and the hashes that a machine begins with. */
export function genesisOf(machine: AnyStateMachine): ReturnType<typeof foldGenesis> {
  return foldGenesis(machine, new MemoryState(machine.collections));
}
