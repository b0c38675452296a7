import { bytesToHex, sha256 } from '@virtualchain/bitcoin';
import { type AnyStateMachine, type CanonicalValue, canonicalJson } from '@virtualchain/machine';
import type { VirtualChain } from '@virtualchain/protocol';
import { sql } from 'kysely';
import { LAYOUT, type Layout } from '../build/build.ts';
import { type BuildParameters, type BuildStatus, onBuilds } from '../build/builds-table.ts';
import { type Db, orDatabaseError } from '../build/database/database.ts';
import { LayoutDiffers, ParametersDiffer, VersionDiffers } from '../errors.ts';

/** What the registry knows of one build of one version of a machine: a schema of its own. */
export interface RegisteredBuild {
  readonly chain: string;
  readonly machine: string;
  readonly version: number;
  readonly build: number;
  readonly schema: string;
  readonly network: string;
  readonly parameters: BuildParameters;
  readonly parametersHash: string;
  readonly status: BuildStatus;
  readonly layout: Layout;
  /** The lowest height whose state it still has, where history was pruned; null where all is kept. */
  readonly historyFrom: number | null;
}

/** What a machine is opened as: the definition, the chain whose log it folds, and what both were made with. */
export interface MachineInstance {
  readonly machine: AnyStateMachine;
  readonly chain: VirtualChain;
  readonly network: string;
  /** Parameters of the machine's definition. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The chain and the machine of an instance: what builds are found by. */
export type NamedInstance = Pick<MachineInstance, 'chain' | 'machine'>;

/** sha256 over the RFC 8785 JSON of the parameters of chain and machine. */
export function parametersHash({ chain, parameters }: MachineInstance): string {
  const json = canonicalJson({ chain: chain.parameters, machine: parameters } as CanonicalValue);
  return bytesToHex(sha256(new TextEncoder().encode(json)));
}

/** All builds of the database, newest last. */
export async function readBuilds(db: Db): Promise<readonly RegisteredBuild[]> {
  const rows = await orDatabaseError(() => onBuilds(db).selectFrom('builds').selectAll().orderBy('id').execute());
  return rows.map(({ chain, machine, version, build, network, parameters, status, ...row }) => ({
    chain,
    machine,
    version,
    build,
    schema: row.schema_name,
    network,
    parameters,
    parametersHash: row.parameters_hash,
    status,
    layout: row.layout ?? 1, // no build has been made or changed since layouts are told apart
    historyFrom: row.history_from ?? null,
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
 * @throws VersionDiffers, ParametersDiffer, LayoutDiffers.
 */
export function checkInstance(build: RegisteredBuild, instance: MachineInstance): void {
  const { machine, network } = instance;
  if (build.version !== machine.version)
    throw new VersionDiffers(machine.name, build.schema, build.version, machine.version);
  if (build.parametersHash !== parametersHash(instance) || build.network !== network)
    throw new ParametersDiffer(build.schema);
  if (build.layout !== LAYOUT) throw new LayoutDiffers(machine.name, build.schema, build.layout, LAYOUT);
}

export async function insertBuild(
  db: Db,
  instance: MachineInstance,
  build: Pick<RegisteredBuild, 'schema' | 'build' | 'status'>,
): Promise<void> {
  const { machine, chain, network, parameters } = instance;
  const made: BuildParameters = { chain: chain.parameters, machine: parameters };
  await onBuilds(db)
    .insertInto('builds')
    .values({
      chain: chain.name,
      machine: machine.name,
      version: machine.version,
      build: build.build,
      schema_name: build.schema,
      network,
      parameters: sql<BuildParameters>`${JSON.stringify(made)}::jsonb`,
      parameters_hash: parametersHash(instance),
      status: build.status,
      layout: LAYOUT,
    })
    .execute();
}

export async function setBuildStatus(db: Db, schema: string, status: BuildStatus): Promise<void> {
  await onBuilds(db).updateTable('builds').set({ status }).where('schema_name', '=', schema).execute();
}
