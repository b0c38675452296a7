import { join } from 'node:path';
import { ExpectedError } from '@virtualchain/kernel';
import type { NodePart, NodeWishes, PartName, Parts } from './part.ts';
import { type Starter, startAnotherNode, startPart } from './part-starter.ts';
import type { Durability } from './postgres/local-postgres.ts';
import { makeRunDirectory } from './run-directory.ts';
import type { Env } from './tools/cache.ts';
import { requireTools } from './tools/missing-tools.ts';
import { chooseSources, type Embedding, type Source } from './tools/sources.ts';
import type { Log } from './tools/tools.ts';
import type { Exit } from './watchdog/watchdog-protocol.ts';
import { watchServers } from './watchdog/watched-servers.ts';

/** Which parts a run needs, and how they are started. */
export interface RealPartsOptions<Need extends PartName> {
  readonly need: readonly Need[];
  /** Takes lines for people: what was chosen, what is being downloaded. Standard error unless given. */
  readonly log?: Log;
  readonly env?: Env;
  /** `throwaway` unless given: Postgres does not wait for the disk. */
  readonly durability?: Durability;
  /** Whether node and log may be embedded; `never` when absent. */
  readonly embedded?: Embedding;
  /** The folder whose `.vchain/runs` has the files of the run; the repository when absent, and where there is none the working folder. */
  readonly home?: string;
}

/** One run. Disposing of it ends everything that was started for it. */
export interface Run extends AsyncDisposable {
  readonly runId: string;
  /** Data and logs; gone afterwards, unless `VCHAIN_KEEP_RUNS=1`. */
  readonly runDirectory: string;
  /** No other run has it: topics that begin with it are this run's alone. */
  readonly topicPrefix: string;
  /** Starts one more node, empty, with its own data and ports. */
  startNode(wishes?: NodeWishes): Promise<NodePart>;
  /** Runs a process of the caller's beside the servers: it ends with the run, however the caller ends. */
  startProcess(launch: ProcessLaunch): Promise<RunningProcess>;
}

/** A process that is to run beside the servers. */
export interface ProcessLaunch {
  /** Not in use by another process of the run. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Env;
}

/** A process that was started beside the servers. */
export interface RunningProcess {
  readonly name: string;
  readonly logFile: string;
  readonly exited: Promise<Exit>;
  /** SIGTERM, and SIGKILL when that does not help; resolves when it is gone. */
  stop(): Promise<void>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** One run, with the parts that it needs. */
export type RealParts<Need extends PartName = never> = Run & Pick<Parts, Need>;

/** Several parts did not start; every reason is in the message. */
export class PartsNotStarted extends ExpectedError {
  override readonly name = 'PartsNotStarted';
  readonly code = 'PARTS_NOT_STARTED';
  readonly remedy = 'halt';

  constructor(failures: readonly unknown[]) {
    const reasons = failures.map((failure) => `  ${failure instanceof Error ? failure.message : String(failure)}`);
    super(`Several parts did not start:\n${reasons.join('\n')}`, { cause: new AggregateError(failures) });
  }
}

/**
 * Starts what a run needs, all at once: what the environment points at, else containers, else local processes. Each
 * choice is logged. With `REQUIRE_CONTAINERS=1` a fallback to a local process is an error. However the caller
 * ends, kill -9 included, the servers end too.
 */
export async function startRealParts<const Need extends PartName>(
  options: RealPartsOptions<Need>,
): Promise<RealParts<Need>> {
  const { need, env = process.env, log = (line) => console.error(line), durability = 'throwaway' } = options;
  const { embedded = 'never' } = options;
  const sources = await chooseSources(withPostgres(need), { env, log, embedded });
  await requireTools(
    need.filter((name) => sources.get(name)?.kind === 'local'),
    env,
  );

  const run = await makeRunDirectory(options.home);
  const servers = await watchServers(run, env);
  const starter: Starter = { run, servers, env, log, durability, embedded, sources, cleanups: [], begun: new Map() };
  const dispose = async () => {
    await Promise.all([...starter.cleanups.splice(0)].map((cleanup) => cleanup()));
    await servers[Symbol.asyncDispose]();
  };
  const settled = await Promise.allSettled(need.map(async (name) => [name, await startPart(name, starter)] as const));
  const failures = settled.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (failures.length > 0) {
    await dispose();
    throw failures.length === 1 ? failures[0] : new PartsNotStarted(failures);
  }
  const started = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));

  let nodes = 1;
  return {
    runId: run.runId,
    runDirectory: run.path,
    topicPrefix: `vchain-${run.runId}`,
    async startNode(wishes = {}) {
      const source = anotherNodeSource(sources, wishes);
      if (source.kind === 'local') await requireTools(['node'], env);
      const name = `node-${++nodes}`;
      const node = await startAnotherNode(name, wishes, source, starter);
      log(`${name}: ${node.description}`);
      return node;
    },
    async startProcess({ name, command, args, env: given }) {
      const logFile = join(run.path, 'logs', `${name}.log`);
      const known = Object.fromEntries(
        Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== undefined),
      );
      const launch = { command, args, env: known, cwd: process.cwd(), logFile, stopSignal: 'SIGTERM' as const };
      const { exited } = await servers.launch(name, launch);
      return { name, logFile, exited, stop: () => servers.stop(name), kill: (signal) => servers.kill(name, signal) };
    },
    [Symbol.asyncDispose]: dispose,
    ...(Object.fromEntries(started) as Pick<Parts, Need>),
  };
}

/** An embedded log stands in Postgres: where that comes from is decided with the rest. */
function withPostgres(need: readonly PartName[]): readonly PartName[] {
  return need.includes('log') && !need.includes('postgres') ? [...need, 'postgres'] : need;
}

/** A URL names one node: another comes in a container if the first did and its wishes allow it, else as a local process. */
function anotherNodeSource(sources: ReadonlyMap<PartName, Source>, { settings, hasCookie }: NodeWishes): Source {
  const mayBeContained = settings === undefined && hasCookie !== true;
  const kind = sources.get('node')?.kind;
  if (kind === 'embedded') return { kind };
  return mayBeContained && kind === 'container' ? { kind } : { kind: 'local' };
}
