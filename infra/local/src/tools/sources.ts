import { ExpectedError } from '@virtualchain/kernel';
import { type DockerEngine, findDockerEngine } from '../containers/docker-engine.ts';
import { GivenPartUnusable } from '../given-parts.ts';
import type { PartName } from '../part.ts';
import type { Env } from './cache.ts';
import { missingTools } from './missing-tools.ts';
import type { Log } from './tools.ts';
import { images } from './versions.ts';

/** A pull that takes longer than a local start from nothing is not worth waiting for, unless containers are a must. */
const imageTimeoutMs = 90_000;
const requiredImageTimeoutMs = 15 * 60_000;

/** The variables that point at parts which run already; one for each part. */
export const variables = {
  kafka: ['VCHAIN_KAFKA_BROKERS'],
  log: ['VCHAIN_LOG_POSTGRES_URL', 'VCHAIN_KAFKA_BROKERS'],
  node: ['VCHAIN_NODE_URL'],
  postgres: ['VCHAIN_POSTGRES_URL'],
} as const satisfies Record<PartName, readonly string[]>;

export type Source =
  | { readonly kind: 'url'; readonly variable: string; readonly value: string }
  | { readonly kind: 'container' }
  | { readonly kind: 'local' }
  | { readonly kind: 'embedded' };

/**
 * When parts are embedded: `never`; `last`, where a real one cannot be had; `first`, at once. The node and the log can be;
 * Postgres is the same either way.
 */
export type Embedding = 'never' | 'last' | 'first';

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

/** What decides where parts come from. */
export interface SourceWishes {
  readonly env: Env;
  readonly log: Log;
  readonly embedded?: Embedding;
}

/**
 * Decides where each part comes from: its URL, else a container, else a local process, and embedded before or after these
 * where that is wished for. Says why containers are passed over. A node that `VCHAIN_LOCAL_NODE` names is a local process.
 *
 * @throws ContainersRequired, GivenPartUnusable
 */
export async function chooseSources(
  need: readonly PartName[],
  { env, log, embedded = 'never' }: SourceWishes,
): Promise<ReadonlyMap<PartName, Source>> {
  const sources = new Map<PartName, Source>();
  for (const name of need) {
    const [variable, ...others] = variables[name].filter((each) => env[each]);
    if (others.length > 0)
      throw new GivenPartUnusable(`${variable} and ${others.join(', ')} name two places for the ${name}: unset one.`);
    if (variable !== undefined) sources.set(name, { kind: 'url', variable, value: String(env[variable]) });
  }
  const isNodeNamed = need.includes('node') && !sources.has('node') && Boolean(env['VCHAIN_LOCAL_NODE']);
  if (isNodeNamed && areContainersRequired(env))
    throw new ContainersRequired('VCHAIN_LOCAL_NODE asks for a node as a local process');
  if (isNodeNamed) sources.set('node', { kind: 'local' });
  const open = need.filter((name) => !sources.has(name));
  if (open.length === 0) return sources;
  if (embedded === 'first') return embed(open, sources, env);

  const search = await findDockerEngine(env);
  if (!search.found) {
    if (areContainersRequired(env)) throw new ContainersRequired(search.reason);
    log(`containers: none, ${search.reason}; starting local processes`);
  }
  await Promise.all(
    open.map(async (name) => {
      const isContainer = search.found && (await hasImage(name, search.engine, env, log));
      const source = isContainer ? ({ kind: 'container' } as const) : await localSource(name, { env, log, embedded });
      sources.set(name, source);
    }),
  );
  return sources;
}

/** All that can be is embedded, and nothing is looked for. */
function embed(open: readonly PartName[], sources: Map<PartName, Source>, env: Env): ReadonlyMap<PartName, Source> {
  if (areContainersRequired(env)) throw new ContainersRequired('embedded parts are asked for');
  for (const name of open) sources.set(name, { kind: canBeEmbedded(name) ? 'embedded' : 'local' });
  return sources;
}

function canBeEmbedded(name: PartName): boolean {
  return name === 'node' || name === 'log';
}

/** A local process, or what is embedded, where one may be and tools are missing: that is said, with what to install. */
export async function localSource(name: PartName, { env, log, embedded = 'never' }: SourceWishes): Promise<Source> {
  if (embedded === 'never' || !canBeEmbedded(name)) return { kind: 'local' };
  const missing = await missingTools(name, env);
  if (missing.length === 0) return { kind: 'local' };
  const instead = name === 'node' ? 'the regtest node of virtualchain' : 'a table in Postgres';
  log(`${name}: ${instead} takes the place of a real one, since ${missing.join('; and ')}`);
  return { kind: 'embedded' };
}

async function hasImage(name: PartName, engine: DockerEngine, env: Env, log: Log): Promise<boolean> {
  try {
    const image = images[name === 'log' ? 'kafka' : name];
    await engine.provideImage(image, areContainersRequired(env) ? requiredImageTimeoutMs : imageTimeoutMs);
    return true;
  } catch (error) {
    const reason = (error as Error).message;
    if (areContainersRequired(env)) throw new ContainersRequired(reason, { cause: error });
    log(`${name}: no container, ${reason}`);
    return false;
  }
}
