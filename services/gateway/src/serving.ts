import type { Logger } from '@virtualchain/process';
import type { Registry } from '@virtualchain/projection';
import { awaitLiveMachines, type LiveMachines, type Modules, untilOthersLive } from '@virtualchain/subscriptions';
import type { FastifyInstance } from 'fastify';
import { Front } from './front.ts';
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
  /** Hears which machines are served from now on, where, and which of them are live by older rules than this gateway knows. */
  readonly onServing: (machines: readonly string[], address: string, waiting: LiveMachines['mismatched']) => void;
}

const WAITS =
  'older rules are live than this gateway knows: it refuses questions about that machine until vchain rebuild has made a build by its rules';
const STAYS =
  'newer rules are live than this gateway knows: it answers from the newest build of its own, which does not go on; replace it by one with those rules';

/**
 * Serves the machines that are live, until the signal. The questions are made of them: when one goes live that was not
 * there, or with other rules or parameters, all are made anew and take the place of those before between two requests;
 * subscribers are told to connect again.
 */
export async function serveLiveMachines(options: ServingOptions): Promise<void> {
  const { registry, network, modules, host, port, logger, signal, create, onServing } = options;
  const onRetry = (error: unknown): void =>
    logger.warn({ err: error }, 'the database does not say which machines are live; it is asked again');
  const front = Front.create();
  let address: string | null = null;
  let before: FastifyInstance | null = null;
  while (!signal.aborted) {
    const found = await awaitLiveMachines({ registry, network, modules, signal, onRetry });
    if (found === null) break;
    const { key } = found;
    const served = servedOf(registry, found.instances);
    const api = await create(served);
    front.show(api);
    address ??= await front.listen({ host, port });
    await before?.close();
    before = api;
    onServing(
      served.map(({ instance: { chain, machine } }) => `${chain.name}/${machine.name}`),
      address,
      found.mismatched.filter(({ version, liveVersion }) => version > liveVersion),
    );
    for (const each of found.mismatched) logger.warn(each, each.version > each.liveVersion ? WAITS : STAYS);
    await untilOthersLive({ registry, network, signal }, key);
    if (!signal.aborted) logger.info('other machines are live: the questions are made anew');
  }
  await front.lastAnswers();
  const ended = front[Symbol.asyncDispose]();
  await before?.close(); // streams end
  await ended;
}
