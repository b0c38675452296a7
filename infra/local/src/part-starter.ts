import type { Contained, ContainerGround } from './containers/containers.ts';
import { engineAddress } from './containers/docker-engine.ts';
import { givenKafka, givenNode, givenPostgres } from './given-parts.ts';
import { startLocalKafka } from './kafka/local-kafka.ts';
import { startLocalNode } from './node/local-node.ts';
import type { NodePart, NodeWishes, Part, PartName, Parts } from './part.ts';
import { type Durability, startLocalPostgres } from './postgres/local-postgres.ts';
import type { RunDirectory } from './run-directory.ts';
import type { Env } from './tools/cache.ts';
import { requireTools } from './tools/missing-tools.ts';
import { areContainersRequired, ContainersRequired, type Source, variables } from './tools/sources.ts';
import type { Log } from './tools/tools.ts';
import type { WatchedServers } from './watchdog/watched-servers.ts';

/** What starting a part takes. */
export interface Starter {
  readonly run: RunDirectory;
  readonly servers: WatchedServers;
  readonly env: Env;
  readonly log: Log;
  readonly durability: Durability;
  /** What to do at the end, besides stopping the local servers. */
  readonly cleanups: (() => Promise<void>)[];
  /** Once there is a container. */
  ground?: Promise<ContainerGround>;
}

type PartMakers = {
  readonly [Name in PartName]: {
    readonly given: (value: string) => Promise<Parts[Name]>;
    readonly container: (ground: ContainerGround) => Promise<Contained<Parts[Name]>>;
    readonly local: () => Promise<Parts[Name]>;
  };
};

/** Starts one part from where it was decided to come from. */
export async function startPart<Name extends PartName>(
  name: Name,
  source: Source,
  starter: Starter,
): Promise<Parts[Name]> {
  const makers: PartMakers = {
    kafka: {
      given: (value) => givenKafka(variables.kafka, value, starter.env),
      container: (ground) => import('./containers/containers.ts').then((made) => made.startKafkaContainer(ground)),
      local: () => startLocalKafka(starter),
    },
    node: nodeMakers('node', {}, starter),
    postgres: {
      given: async (value) => {
        const part = await givenPostgres(variables.postgres, value);
        starter.cleanups.push(part.forget);
        return part;
      },
      container: (ground) =>
        import('./containers/containers.ts').then((made) => made.startPostgresContainer(starter.durability, ground)),
      local: () => startLocalPostgres(starter, starter.durability),
    },
  };
  return start(name, source, makers[name], starter);
}

/** Starts one more node, by the means the run's other parts came by. */
export async function startAnotherNode(
  name: string,
  wishes: NodeWishes,
  source: Source,
  starter: Starter,
): Promise<NodePart> {
  return start('node', source, nodeMakers(name, wishes, starter), starter);
}

function nodeMakers(name: string, wishes: NodeWishes, starter: Starter): PartMakers['node'] {
  return {
    given: (value) => givenNode(variables.node, value, starter.env['VCHAIN_NODE_COOKIE_FILE'] || undefined),
    container: (ground) =>
      import('./containers/containers.ts').then((made) => made.startNodeContainer(name, wishes.peers ?? [], ground)),
    local: () => startLocalNode(name, wishes, starter),
  };
}

async function start<Name extends PartName>(
  name: Name,
  source: Source,
  makers: PartMakers[Name],
  starter: Starter,
): Promise<Parts[Name]> {
  switch (source.kind) {
    case 'url':
      return makers.given(source.value);
    case 'container': {
      const part = await containerGround(starter)
        .then(makers.container)
        .catch((error: unknown) => passOver(name, error, starter));
      if (part === undefined) return makers.local();
      starter.cleanups.push(part.remove);
      return part as Part as Parts[Name];
    }
    case 'local':
      return makers.local();
  }
}

/** Made for the first container of a run, and watched over before there is anything to leave behind. */
async function containerGround(starter: Starter): Promise<ContainerGround> {
  starter.ground ??= (async () => {
    const { runId } = starter.run;
    const engine = engineAddress(starter.env);
    if (engine !== undefined) await starter.servers.watchContainers(engine, runId);
    const { prepareContainers } = await import('./containers/containers.ts');
    return prepareContainers(runId, starter.env);
  })();
  return starter.ground;
}

/** A container that does not start is a reason to try a local process, not to give up. */
async function passOver(name: PartName, error: unknown, { env, log }: Starter): Promise<undefined> {
  const reason = `its container did not start (${(error as Error).message})`;
  if (areContainersRequired(env)) throw new ContainersRequired(`${name}: ${reason}`, { cause: error });
  log(`${name}: ${reason}`);
  await requireTools([name], env);
  return undefined;
}
