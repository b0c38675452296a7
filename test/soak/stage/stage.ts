/** The system as users run it: servers, our processes, and readers of the gateway. */
import { join, resolve } from 'node:path';
import { type RealParts, type RunningProcess, startRealParts } from '@virtualchain/local';
import { openRpc } from '@virtualchain/node-client';
import type { MachineStatus } from '@virtualchain/projection';
import pg from 'pg';
import { CHAIN_PARAMETERS, INGESTER_FLAGS, MACHINES } from '../../../services/cli/src/demo/deployment.ts';
import { serviceAllocator, serviceNode } from '../../../services/cli/src/starting/executable.ts';
import { endedEarly } from '../../bench/kit/stages.ts';
import { statusesOf } from '../../kit/projections.ts';
import { sharedServers } from '../../kit/shared-servers.ts';
import { startedLine } from '../../kit/started-line.ts';
import { until } from '../../kit/until.ts';
import { type Readers, startReaders } from '../../load/start-readers.ts';
import { BNS_PEOPLE, Branch } from '../chain/branch.ts';
import { addressOf } from '../chain/people.ts';
import { READERS } from '../limits.ts';

const root = resolve(import.meta.dirname, '../../..');
const collector = join(root, 'test/bench/kit/collect-on-signal.mjs');
const POLL_MS = 100;
/** Micro-Stacks of each to begin with: more than a run sends. */
const TOKENS = '1000000000000';

export const PROJECTORS = ['kv', 'bns'] as const;

export type ProjectorName = (typeof PROJECTORS)[number];

/** A process that is watched. */
export interface Watched {
  readonly name: string;
  readonly pid: number;
  /** Where its metrics are. */
  readonly port: number;
  readonly process: RunningProcess;
}

export interface StageOptions {
  readonly seed: number;
  /** How many have a coin. */
  readonly people: number;
  /** Processes collect their garbage when they are sent SIGUSR2. */
  readonly collects: boolean;
  readonly log: (line: string) => void;
}

type Parts = RealParts<'kafka' | 'node' | 'postgres'>;

/** The hash of the newest block of each projection. */
export type Newest = Readonly<Record<ProjectorName, string | undefined>>;

type Made = Pick<Stage, 'parts' | 'branch' | 'watched' | 'readers' | 'database'> & { readonly url: string };

/** Everything that a run starts; disposing of it ends it. */
export class Stage implements AsyncDisposable {
  readonly parts: Parts;
  readonly branch: Branch;
  readonly watched: readonly Watched[];
  readonly readers: Readonly<Record<ProjectorName, Readers>>;
  readonly database: pg.Pool;
  /** Rejects when a process ends that should go on. */
  readonly failed: Promise<never>;
  readonly #url: string;
  readonly #endings: AsyncDisposableStack;

  private constructor(made: Made, endings: AsyncDisposableStack) {
    this.parts = made.parts;
    this.branch = made.branch;
    this.watched = made.watched;
    this.readers = made.readers;
    this.database = made.database;
    this.#url = made.url;
    this.#endings = endings;
    this.failed = Promise.race(made.watched.map(({ process }) => endedEarly(process)));
    this.failed.catch(() => undefined);
  }

  static async start(options: StageOptions): Promise<Stage> {
    await using endings = new AsyncDisposableStack();
    const parts = endings.use(
      await startRealParts({ need: ['kafka', 'node', 'postgres'], log: options.log, env: sharedServers() }),
    );
    const rpc = endings.use(openRpc(parts.node.url));
    const branch = await Branch.fund(rpc, options.seed, options.people);
    const url = await parts.postgres.createDatabase(`soak_${parts.runId}`.toLowerCase());
    const database = endings.adopt(new pg.Pool({ connectionString: url, max: 2 }), (pool) => pool.end());
    database.on('error', () => undefined);
    const launch = launcher(parts, url, options);
    const makers = await Promise.all([
      launch('ingester', 'ingester', [...INGESTER_FLAGS, '--chain', 'kv']),
      ...PROJECTORS.map((name) => launch(`projector-${name}`, 'projector', projectorFlags(name))),
    ]);
    // A gateway serves machines that are there.
    await until(
      'both projections have blocks',
      () => newestOf(database).catch(() => null),
      (found) => found !== null && PROJECTORS.every((name) => found[name] === branch.tip.hash),
    );
    const gateway = await launch('gateway', 'gateway', ['--api-port', '0']);
    const readers = Object.fromEntries(PROJECTORS.map((name) => [name, readersOf(name, gateway.address)]));
    for (const each of Object.values(readers)) endings.defer(() => each.end());
    const made = { parts, branch, watched: [...makers, gateway], database, url };
    return new Stage({ ...made, readers: readers as Stage['readers'] }, endings.move());
  }

  /** Of each projection. */
  newest(): Promise<Newest> {
    return newestOf(this.database);
  }

  /** The newest consensus hash of bns at or below a height. */
  async consensusHash(height: number): Promise<string> {
    const { rows } = await this.database.query(
      'select consensus_hash from bns_bns.blocks where height <= $1 and consensus_hash is not null order by height desc limit 1',
      [height],
    );
    return rows[0]?.consensus_hash ?? '00'.repeat(16);
  }

  /** How the live builds stand: what their feeds have and what became of the operations. */
  statuses(): Promise<readonly MachineStatus[]> {
    return statusesOf(this.#url);
  }

  /** Ends our processes as an operator would. */
  async stopProcesses(): Promise<void> {
    await Promise.all(this.watched.map(({ process }) => process.stop()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#endings[Symbol.asyncDispose]();
  }
}

function projectorFlags(name: ProjectorName): readonly string[] {
  if (name === 'kv') return ['--chain', 'kv', '--machine', 'kv'];
  const genesisAccounts = Array.from({ length: BNS_PEOPLE }, (_, person) => ({
    address: addressOf(person),
    value: TOKENS,
  }));
  const parameters = JSON.stringify({ ...MACHINES.bns, genesisAccounts });
  const chain = ['--chain', 'bns', '--chain-parameters', JSON.stringify(CHAIN_PARAMETERS)];
  return [...chain, '--machine', 'bns', '--machine-parameters', parameters];
}

function launcher(parts: Parts, postgresUrl: string, { collects }: StageOptions) {
  const collecting = collects ? ['--expose-gc', '--import', collector] : [];
  return async (
    name: string,
    service: string,
    args: readonly string[],
  ): Promise<Watched & { readonly address: string }> => {
    const process_ = await parts.startProcess({
      name,
      command: process.execPath,
      args: [join(root, 'services/cli/src/main.ts'), service, ...args],
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        // those of the run are for the processes too, to try something
        NODE_OPTIONS: [...serviceNode, process.env['NODE_OPTIONS'] ?? '', ...collecting].join(' '),
        ...serviceAllocator,
        VCHAIN_NETWORK: 'regtest',
        VCHAIN_NODE_URL: parts.node.url,
        VCHAIN_KAFKA_BROKERS: parts.kafka.brokers.join(','),
        VCHAIN_POSTGRES_URL: postgresUrl,
        VCHAIN_TOPIC_PREFIX: parts.topicPrefix,
        VCHAIN_POLL_MS: String(POLL_MS),
        // or whatever else runs on the machine decides how fast a projector is
        VCHAIN_NICENESS: '0',
        VCHAIN_HTTP_PORT: '0',
      },
    });
    const { pid, port, address } = await startedLine(process_);
    return { name, pid, port, address, process: process_ };
  };
}

function readersOf(name: ProjectorName, address: string): Readers {
  const feed = `/v1/chains/${name}/machines/${name}/feed/events`;
  const idlePath = `${feed}?from=start&blocks=false&filter=txid=${'00'.repeat(32)}`;
  return startReaders({ address, idlePath, busyPath: `${feed}?from=start`, ...READERS });
}

async function newestOf(database: pg.Pool): Promise<Newest> {
  const each = PROJECTORS.map(
    (name) => `(select hash from ${name}_${name}.blocks order by height desc limit 1) as ${name}`,
  );
  const { rows } = await database.query(`select ${each.join(', ')}`);
  return rows[0] as Newest;
}
