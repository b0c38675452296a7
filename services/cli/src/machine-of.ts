import {
  builtInMachines,
  loadChain,
  loadMachine,
  type Parameters,
  parseParameters,
  refuseAbsent,
} from '@virtualchain/definitions';
import {
  liveAmong,
  type MachineInstance,
  openLiveBuild,
  openRegistry,
  type PostgresProjection,
  type RegisteredBuild,
  type Registry,
} from '@virtualchain/projection';
import type { VirtualChain } from '@virtualchain/protocol';
import { type Connection, need } from './connection.ts';

/** A machine as a command works with it, and the builds of its database: one pool, whatever the command reads. */
export interface OpenMachine extends AsyncDisposable {
  readonly registry: Registry;
  readonly instance: MachineInstance;
}

/** The live build of a machine, over the same pool. */
export interface LiveMachine extends OpenMachine {
  readonly projection: PostgresProjection;
}

/** What can be said of definitions before anything is asked. @throws DefinitionUnusable */
export async function checkDefinitions(connection: Connection, machine?: string): Promise<void> {
  const { chain, chainParameters, machineParameters } = connection;
  parseParameters('--chain-parameters', chainParameters);
  parseParameters('--machine-parameters', machineParameters);
  await refuseAbsent('chain', chain);
  if (machine !== undefined) await refuseAbsent('machine', moduleOf(connection, machine));
}

/** Loads the chain: with parameters as given, else those that any build of it was made with. */
export async function loadChainOf(connection: Connection): Promise<VirtualChain> {
  await checkDefinitions(connection);
  if (connection.chainParameters !== undefined || connection.postgresUrl === undefined)
    return chainAmong(connection, []);
  await using registry = await openRegistry(connection.postgresUrl);
  return await chainAmong(connection, await registry.builds());
}

/** The same where the builds are known already. */
export function chainAmong(connection: Connection, builds: readonly RegisteredBuild[]): Promise<VirtualChain> {
  const given = connection.chainParameters;
  const known = builds.findLast(({ chain }) => chain === connection.chain)?.parameters.chain ?? {};
  return loadChain(connection.chain, given === undefined ? known : parseParameters('--chain-parameters', given));
}

/** Opens a machine by name or module, with the parameters its live build was made with. @throws SettingMissing */
export async function openMachine(connection: Connection, nameOrModule: string): Promise<OpenMachine> {
  const network = need(connection, 'network');
  await checkDefinitions(connection, nameOrModule);
  const registry = await openRegistry(need(connection, 'postgresUrl'));
  try {
    const instance = await instanceAmong({ ...connection, network }, nameOrModule, await registry.builds());
    return { registry, instance, [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose]() };
  } catch (error) {
    await registry[Symbol.asyncDispose]();
    throw error;
  }
}

/** Loads a machine by name or module, with the parameters of its live build where none are given. */
export async function instanceAmong(
  connection: Connection & { readonly network: string },
  nameOrModule: string,
  builds: readonly RegisteredBuild[],
): Promise<MachineInstance> {
  const chain = await chainAmong(connection, builds);
  const module = moduleOf(connection, nameOrModule);
  const name = builtInMachines.includes(module) ? module : (await loadMachine(module, chain)).name;
  const parameters = machineParameters(connection, liveAmong(builds, chain.name, name));
  const machine = await loadMachine(module, chain, parameters);
  return { chain, network: connection.network, parameters, machine };
}

/** The machine of a running `vchain dev` has a name, too. */
function moduleOf({ devMachine }: Connection, nameOrModule: string): string {
  return devMachine?.name === nameOrModule ? devMachine.module : nameOrModule;
}

function machineParameters({ machineParameters: given }: Connection, live: RegisteredBuild | null): Parameters {
  return given === undefined ? (live?.parameters.machine ?? {}) : parseParameters('--machine-parameters', given);
}

/**
 * Opens the live build of a machine.
 *
 * @throws SettingMissing; NoLiveBuild; VersionDiffers, ParametersDiffer when it was made by other rules.
 */
export async function openLive(connection: Connection, nameOrModule: string): Promise<LiveMachine> {
  const machine = await openMachine(connection, nameOrModule);
  try {
    return { ...machine, projection: await openLiveBuild(machine.registry, machine.instance) };
  } catch (error) {
    await machine[Symbol.asyncDispose]();
    throw error;
  }
}
