import type { Logger } from '@virtualchain/process';
import type { Registry } from '@virtualchain/projection';
import { awaitLiveMachines, type Modules, untilOthersLive } from '@virtualchain/subscriptions';
import type { FastifyInstance } from 'fastify';
import { type ServedMachine, servedOf } from './served.ts';

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
  const { registry, network, modules, host, logger, signal, create, onServing } = options;
  const onRetry = (error: unknown): void =>
    logger.warn({ err: error }, 'the database does not say which machines are live; it is asked again');
  let { port } = options;
  while (!signal.aborted) {
    const found = await awaitLiveMachines({ registry, network, modules, signal, onRetry });
    if (found === null) return;
    const { key } = found;
    const served = servedOf(registry, found.instances);
    const api = await create(served);
    try {
      const address = await api.listen({ host, port });
      port = Number(new URL(address).port);
      onServing(
        served.map(({ instance: { chain, machine } }) => `${chain.name}/${machine.name}`),
        address,
      );
      await untilOthersLive({ registry, network, signal }, key);
      if (!signal.aborted) logger.info('other machines are live: the questions are made anew');
    } finally {
      await api.close();
    }
  }
}
