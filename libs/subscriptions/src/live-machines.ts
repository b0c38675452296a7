import { builtInChains, builtInMachines, loadChain, loadMachine } from '@virtualchain/definitions';
import { createBackOff, isExpectedError, wallClock } from '@virtualchain/kernel';
import type { MachineInstance, RegisteredBuild, Registry } from '@virtualchain/projection';
import { DATABASE_RETRY, MACHINES_LOOK_MS } from './limits.ts';

/** Definitions that are not built in, by their modules. */
export interface Modules {
  readonly chains: readonly string[];
  readonly machines: readonly string[];
}

/** The live machines of a network, and what tells them from those of another moment. */
export interface LiveMachines {
  /** Another one where other machines are live, or with other rules or parameters. */
  readonly key: string;
  /** Those whose definitions are known. */
  readonly instances: readonly MachineInstance[];
  /** Those of them whose definition is of other rules than the build that is live. */
  readonly mismatched: readonly { readonly machine: string; readonly version: number; readonly liveVersion: number }[];
}

/**
 * The live machines of the database whose definitions are known: the built-in ones, and those of the modules. Their parameters
 * are those of their builds. A build of another network, or whose definition nobody named, is left out.
 *
 * @throws DatabaseUnavailable, DatabaseRefused, and what loading a module throws
 */
export async function liveMachines(registry: Registry, network: string, modules: Modules): Promise<LiveMachines> {
  const live = liveOf(await registry.builds(), network);
  const looked = await Promise.all(
    live.map(async (build) => ({ instance: await instanceOf(build, modules), liveVersion: build.version })),
  );
  const known = looked.flatMap(({ instance, liveVersion }) => (instance === null ? [] : [{ instance, liveVersion }]));
  return {
    key: keyOf(live),
    instances: known.map(({ instance }) => instance),
    mismatched: known
      .map(({ instance: { machine }, liveVersion }) => ({
        machine: machine.name,
        version: machine.version,
        liveVersion,
      }))
      .filter(({ version, liveVersion }) => version !== liveVersion),
  };
}

/** Whose machines are looked for, and until when. */
export interface LiveMachinesOptions {
  readonly registry: Registry;
  readonly network: string;
  readonly modules: Modules;
  readonly signal: AbortSignal;
  /** Hears that the database does not say which are live; it is asked again. */
  readonly onRetry: (error: unknown) => void;
}

/** The same from a database that is waited for, at the start too; null once the signal came. @throws what is no failure that passes */
export async function awaitLiveMachines(options: LiveMachinesOptions): Promise<LiveMachines | null> {
  const { registry, network, modules, signal, onRetry } = options;
  const waits = createBackOff(DATABASE_RETRY);
  while (!signal.aborted) {
    try {
      return await liveMachines(registry, network, modules);
    } catch (error) {
      if (!isExpectedError(error) || error.remedy !== 'retry') throw error;
      onRetry(error);
    }
    await wallClock.sleep(waits.nextMs(), signal);
  }
  return null;
}

/** Until other machines are live than those of the key, or the signal. A database that is away changes nothing. */
export async function untilOthersLive(
  { registry, network, signal }: Pick<LiveMachinesOptions, 'registry' | 'network' | 'signal'>,
  key: string,
): Promise<void> {
  while (!signal.aborted) {
    await wallClock.sleep(MACHINES_LOOK_MS, signal);
    const now = await registry.builds().then(
      (builds) => keyOf(liveOf(builds, network)),
      () => key,
    );
    if (now !== key) return;
  }
}

function liveOf(builds: readonly RegisteredBuild[], network: string): readonly RegisteredBuild[] {
  return builds.filter((build) => build.status === 'live' && build.network === network);
}

function keyOf(live: readonly RegisteredBuild[]): string {
  return live
    .map(({ chain, machine, version, parametersHash, layout }) =>
      JSON.stringify([chain, machine, version, parametersHash, layout]),
    )
    .sort()
    .join();
}

async function instanceOf(build: RegisteredBuild, modules: Modules): Promise<MachineInstance | null> {
  const { network } = build;
  const parameters = { chain: build.parameters.chain ?? {}, machine: build.parameters.machine ?? {} };
  const chains = builtInChains.includes(build.chain) ? [build.chain] : modules.chains;
  for (const chainPlace of chains) {
    const chain = await loadChain(chainPlace, parameters.chain);
    if (chain.name !== build.chain) continue;
    const machines = builtInMachines.includes(build.machine) ? [build.machine] : modules.machines;
    for (const machinePlace of machines) {
      const machine = await loadMachine(machinePlace, chain, parameters.machine);
      if (machine.name === build.machine) return { chain, machine, network, parameters: parameters.machine };
    }
  }
  return null;
}
