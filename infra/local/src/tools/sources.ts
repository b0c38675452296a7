import { ExpectedError } from '@virtualchain/kernel';
import { type DockerEngine, findDockerEngine } from '../containers/docker-engine.ts';
import type { PartName } from '../part.ts';
import type { Env } from './cache.ts';
import type { Log } from './tools.ts';
import { images } from './versions.ts';

/** A pull that takes longer than a local start from nothing is not worth waiting for, unless containers are a must. */
const imageTimeoutMs = 90_000;
const requiredImageTimeoutMs = 15 * 60_000;

/** The variables that point at parts which run already. */
export const variables = {
  kafka: 'VCHAIN_KAFKA_BROKERS',
  node: 'VCHAIN_NODE_URL',
  postgres: 'VCHAIN_POSTGRES_URL',
} as const satisfies Record<PartName, string>;

export type Source =
  | { readonly kind: 'url'; readonly value: string }
  | { readonly kind: 'container' }
  | { readonly kind: 'local' };

/** `REQUIRE_CONTAINERS=1`, and a part would have to be a local process. */
export class ContainersRequired extends ExpectedError {
  override readonly name = 'ContainersRequired';
  readonly code = 'CONTAINERS_REQUIRED';
  readonly remedy = 'halt';

  constructor(reason: string, options?: ErrorOptions) {
    super(`REQUIRE_CONTAINERS is set, and ${reason}. Start a Docker engine with the images, or unset it.`, options);
  }
}

export function areContainersRequired(env: Env): boolean {
  return env['REQUIRE_CONTAINERS'] === '1';
}

/**
 * Decides where each part comes from: its URL, else a container, else a local process. Says why containers are passed
 * over. A node that `VCHAIN_LOCAL_NODE` names is a local process.
 */
export async function chooseSources(
  need: readonly PartName[],
  env: Env,
  log: Log,
): Promise<ReadonlyMap<PartName, Source>> {
  const sources = new Map<PartName, Source>();
  for (const name of need) {
    const value = env[variables[name]];
    if (value) sources.set(name, { kind: 'url', value });
  }
  const isNodeNamed = need.includes('node') && !sources.has('node') && Boolean(env['VCHAIN_LOCAL_NODE']);
  if (isNodeNamed && areContainersRequired(env))
    throw new ContainersRequired('VCHAIN_LOCAL_NODE asks for a node as a local process');
  if (isNodeNamed) sources.set('node', { kind: 'local' });
  const open = need.filter((name) => !sources.has(name));
  if (open.length === 0) return sources;

  const search = await findDockerEngine(env);
  if (!search.found) {
    if (areContainersRequired(env)) throw new ContainersRequired(search.reason);
    log(`containers: none, ${search.reason}; starting local processes`);
  }
  await Promise.all(
    open.map(async (name) => {
      const isContainer = search.found && (await hasImage(name, search.engine, env, log));
      sources.set(name, { kind: isContainer ? 'container' : 'local' });
    }),
  );
  return sources;
}

async function hasImage(name: PartName, engine: DockerEngine, env: Env, log: Log): Promise<boolean> {
  try {
    await engine.provideImage(images[name], areContainersRequired(env) ? requiredImageTimeoutMs : imageTimeoutMs);
    return true;
  } catch (error) {
    const reason = (error as Error).message;
    if (areContainersRequired(env)) throw new ContainersRequired(reason, { cause: error });
    log(`${name}: no container, ${reason}`);
    return false;
  }
}
