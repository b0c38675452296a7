import { causesOf, isExpectedError } from '@virtualchain/kernel';
import { type MachineInstance, type Reader, type Registry, readerOf } from '@virtualchain/projection';
import { liveMachines, type Modules } from '@virtualchain/subscriptions';
import { CANCELLED_READS_MAX } from './limits.ts';

/** A machine whose live build is read: its definition, made as the build was, and the reads of it. */
export interface ServedMachine {
  readonly instance: MachineInstance;
  readonly reader: Reader;
}

/** The live machines whose definitions are known, with the reads of each. */
export function servedOf(registry: Registry, instances: readonly MachineInstance[]): readonly ServedMachine[] {
  return instances.map((instance) => ({ instance, reader: patient(readerOf(registry, instance)) }));
}

/** The same, looked up. Throws as `liveMachines` does. */
export async function servedMachines(
  registry: Registry,
  network: string,
  modules: Modules,
): Promise<readonly ServedMachine[]> {
  return servedOf(registry, (await liveMachines(registry, network, modules)).instances);
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
