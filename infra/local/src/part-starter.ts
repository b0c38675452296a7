import type { Contained, ContainerGround } from './containers/containers.ts';
import { engineAddress } from './containers/docker-engine.ts';
import { givenKafka, givenNode, givenPostgres, givenPostgresLog } from './given-parts.ts';
import { startLocalKafka } from './kafka/local-kafka.ts';
import { startEmbeddedNode, startLocalNode } from './node/local-node.ts';
import type { KafkaPart, LogPart, NodePart, NodeWishes, Part, PartName, Parts } from './part.ts';
import { type Durability, startLocalPostgres } from './postgres/local-postgres.ts';
import type { RunDirectory } from './run-directory.ts';
import type { Env } from './tools/cache.ts';
import { requireTools } from './tools/missing-tools.ts';
import {
  areContainersRequired,
  ContainersRequired,
  type Embedding,
  localSource,
  type Source,
} from './tools/sources.ts';
import type { Log } from './tools/tools.ts';
import type { WatchedServers } from './watchdog/watched-servers.ts';

/** What starting a part takes. */
export interface Starter {
  readonly run: RunDirectory;
  readonly servers: WatchedServers;
  readonly env: Env;
  readonly log: Log;
  readonly durability: Durability;
  readonly embedded: Embedding;
  /** Where each part of the run comes from. */
  readonly sources: ReadonlyMap<PartName, Source>;
  /** What to do at the end, besides stopping the local servers. */
  readonly cleanups: (() => Promise<void>)[];
  /** Once there is a container. */
  ground?: Promise<ContainerGround>;
  /** Parts that were begun: an embedded log is a database of the run's Postgres. */
  readonly begun: Map<PartName, Promise<Part>>;
}

/** How a part is had from each of its sources. */
interface Makers<Kind extends Part> {
  readonly given: (variable: string, value: string) => Promise<Kind>;
  readonly container: (ground: ContainerGround) => Promise<Contained<Kind>>;
  readonly local: () => Promise<Kind>;
  readonly embedded?: () => Promise<Kind>;
}

type PartMakers = { readonly [Name in PartName]: Makers<Parts[Name]> };

/** Starts one part from where it was decided to come from; once, however often it is asked for. */
export function startPart<Name extends PartName>(name: Name, starter: Starter): Promise<Parts[Name]> {
  const begun = starter.begun.get(name) ?? begin(name, starter);
  starter.begun.set(name, begun);
  return begun as Promise<Part> as Promise<Parts[Name]>;
}

async function begin<Name extends PartName>(name: Name, starter: Starter): Promise<Part> {
  const source = starter.sources.get(name) ?? { kind: 'local' };
  const part = await start(name, source, makersOf(starter)[name], starter);
  starter.log(`${name}: ${part.description}`);
  return part;
}

function makersOf(starter: Starter): PartMakers {
  const kafka: Makers<KafkaPart> = {
    given: (variable, value) => givenKafka(variable, value, starter.env),
    container: (ground) => import('./containers/containers.ts').then((made) => made.startKafkaContainer(ground)),
    local: () => startLocalKafka(starter),
  };
  return {
    kafka,
    log: logMakers(kafka, starter),
    node: nodeMakers('node', {}, starter),
    postgres: {
      given: async (variable, value) => {
        const part = await givenPostgres(variable, value);
        starter.cleanups.push(part.forget);
        return part;
      },
      container: (ground) =>
        import('./containers/containers.ts').then((made) => made.startPostgresContainer(starter.durability, ground)),
      local: () => startLocalPostgres(starter, starter.durability),
    },
  };
}

/** The log is kept in Kafka; embedded, in a database of its own in the Postgres of the run. */
function logMakers(kafka: Makers<KafkaPart>, starter: Starter): Makers<LogPart> {
  const inKafka = <Kind extends KafkaPart>(part: Kind) => ({ ...part, kind: 'kafka' as const });
  return {
    given: async (variable, value) =>
      variable === 'VCHAIN_LOG_POSTGRES_URL'
        ? givenPostgresLog(variable, value)
        : inKafka(await kafka.given(variable, value)),
    container: async (ground) => inKafka(await kafka.container(ground)),
    local: async () => inKafka(await kafka.local()),
    async embedded() {
      const { start: begin, stop, restart, kill, ...postgres } = await startPart('postgres', starter);
      const url = await postgres.createDatabase(`operation_log_${starter.run.runId}`);
      const description = `embedded, a database in the Postgres of the run, ${new URL(url).host}`;
      return { start: begin, stop, restart, kill, source: 'embedded', kind: 'postgres', url, description };
    },
  };
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

function nodeMakers(name: string, wishes: NodeWishes, starter: Starter): Makers<NodePart> {
  return {
    given: (variable, value) => givenNode(variable, value, starter.env['VCHAIN_NODE_COOKIE_FILE'] || undefined),
    container: (ground) =>
      import('./containers/containers.ts').then((made) => made.startNodeContainer(name, wishes.peers ?? [], ground)),
    local: () => startLocalNode(name, wishes, starter),
    embedded: () => startEmbeddedNode(name, wishes, starter),
  };
}

async function start<Kind extends Part>(
  name: PartName,
  source: Source,
  makers: Makers<Kind>,
  starter: Starter,
): Promise<Kind> {
  switch (source.kind) {
    case 'url':
      return makers.given(source.variable, source.value);
    case 'container': {
      const part = await containerGround(starter)
        .then(makers.container)
        .catch((error: unknown) => passOver(name, error, starter));
      if ('kind' in part && part.kind === 'passed over') return start(name, part.to, makers, starter);
      const contained = part as Contained<Kind>;
      starter.cleanups.push(contained.remove);
      return contained;
    }
    case 'local':
      return makers.local();
    case 'embedded':
      if (makers.embedded === undefined) throw new TypeError(`${name} cannot be embedded`);
      return makers.embedded();
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

/** A container that does not start is a reason to try what comes next, not to give up. */
async function passOver(name: PartName, error: unknown, { env, log, embedded }: Starter) {
  const reason = `its container did not start (${(error as Error).message})`;
  if (areContainersRequired(env)) throw new ContainersRequired(`${name}: ${reason}`, { cause: error });
  log(`${name}: ${reason}`);
  const to = await localSource(name, { env, log, embedded });
  if (to.kind === 'local') await requireTools([name], env);
  return { kind: 'passed over' as const, to };
}
