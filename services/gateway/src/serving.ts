import { createBackOff, isExpectedError, wallClock } from '@virtualchain/kernel';
import type { Logger } from '@virtualchain/process';
import type { RegisteredBuild, Registry } from '@virtualchain/projection';
import type { FastifyInstance } from 'fastify';
import { DATABASE_RETRY, MACHINES_LOOK_MS } from './limits.ts';
import { type Modules, type ServedMachine, servedMachines } from './served.ts';

/** What is served where. */
export interface ServingOptions {
  readonly registry: Registry;
  readonly network: string;
  readonly modules: Modules;
  readonly host: string;
  /** 0 takes a free one, and keeps it. */
  readonly port: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly create: (served: readonly ServedMachine[]) => Promise<FastifyInstance>;
  /** Hears which machines are served from now on, and where. */
  readonly onServing: (machines: readonly string[], address: string) => void;
}

/**
 * Serves the machines that are live, until the signal. The questions are made of them: when one goes live that was not
 * there, or with other rules or parameters, all are made anew, at the same address; subscribers are told to connect again.
 */
export async function serveLiveMachines(options: ServingOptions): Promise<void> {
  const { registry, network, modules, host, signal, create, onServing } = options;
  let { port } = options;
  while (!signal.aborted) {
    const found = await untilAnswered(options, async () => ({
      key: await liveKey(registry, network),
      served: await servedMachines(registry, network, modules),
    }));
    if (found === null) return;
    const { key, served } = found;
    const api = await create(served);
    try {
      const address = await api.listen({ host, port });
      port = Number(new URL(address).port);
      onServing(
        served.map(({ instance: { chain, machine } }) => `${chain.name}/${machine.name}`),
        address,
      );
      await untilChanged(options, key);
    } finally {
      await api.close();
    }
  }
}

/** Asks the database until it answers, at the start too: one that is away is waited for. Null once the signal came. */
async function untilAnswered<Answer>(
  { logger, signal }: ServingOptions,
  ask: () => Promise<Answer>,
): Promise<Answer | null> {
  const waits = createBackOff(DATABASE_RETRY);
  while (!signal.aborted) {
    try {
      return await ask();
    } catch (error) {
      if (!isExpectedError(error) || error.remedy !== 'retry') throw error;
      logger.warn({ err: error }, 'the database does not say which machines are live; it is asked again');
    }
    await wallClock.sleep(waits.nextMs(), signal);
  }
  return null;
}

/** Until other machines are live than `key` tells of, or the signal. A database that is away changes nothing. */
async function untilChanged({ registry, network, logger, signal }: ServingOptions, key: string): Promise<void> {
  for (;;) {
    await wallClock.sleep(MACHINES_LOOK_MS, signal);
    if (signal.aborted) return;
    const now = await liveKey(registry, network).catch(() => key);
    if (now === key) continue;
    logger.info('other machines are live: the questions are made anew');
    return;
  }
}

/** What the questions depend on: which machines are live, with which rules and parameters. */
async function liveKey(registry: Registry, network: string): Promise<string> {
  const told = ({ chain, machine, version, parametersHash, layout }: RegisteredBuild) =>
    JSON.stringify([chain, machine, version, parametersHash, layout]);
  const builds = await registry.builds();
  return builds
    .filter((build) => build.status === 'live' && build.network === network)
    .map(told)
    .sort()
    .join();
}
