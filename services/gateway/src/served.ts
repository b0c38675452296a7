import { builtInChains, builtInMachines, loadChain, loadMachine } from '@virtualchain/definitions';
import { causesOf, isExpectedError } from '@virtualchain/kernel';
import {
  type MachineInstance,
  type Reader,
  type RegisteredBuild,
  type Registry,
  readerOf,
} from '@virtualchain/projection';
import { CANCELLED_READS_MAX } from './limits.ts';

/** Definitions that are not built in, by their modules. */
export interface Modules {
  readonly chains: readonly string[];
  readonly machines: readonly string[];
}

/** A machine whose live build is read: its definition, made as the build was, and the reads of it. */
export interface ServedMachine {
  readonly instance: MachineInstance;
  readonly reader: Reader;
}

/**
 * The live machines of the database whose definitions are known: the built-in ones, and those of the modules. Their parameters
 * are those of their builds. A build of another network, or whose definition nobody named, is left out.
 */
export async function servedMachines(
  registry: Registry,
  network: string,
  modules: Modules,
): Promise<readonly ServedMachine[]> {
  const builds = await registry.builds();
  const live = builds.filter((build) => build.status === 'live' && build.network === network);
  const found = await Promise.all(live.map((build) => instanceOf(build, modules)));
  return found
    .filter((instance) => instance !== null)
    .map((instance) => ({ instance, reader: patient(readerOf(registry, instance)) }));
}

/**
 * A replica cancels reads that stand in the way of what it has to replay, or ends their connections. A read of one moment can be
 * asked again: it is, a few times.
 */
export function patient(reader: Reader): Reader {
  return {
    async read(at, ask) {
      for (let tries = 1; ; tries++) {
        try {
          return await reader.read(at, ask);
        } catch (error) {
          if (tries >= CANCELLED_READS_MAX || !isCancelled(error)) throw error;
        }
      }
    },
  };
}

/** A server that is away stays so for a while, and what took too long would take as long again. */
const NOT_AGAIN = /^(57014|57P03|E[A-Z_]+)$/;

function isCancelled(error: unknown): boolean {
  if (!isExpectedError(error) || error.code !== 'DATABASE_UNAVAILABLE') return false;
  return !causesOf(error).some(({ code }) => code !== error.code && NOT_AGAIN.test(String(code)));
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
