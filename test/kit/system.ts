import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { loadChain, loadMachine } from '@virtualchain/definitions';
import { type RealParts, type RunningProcess, startRealParts } from '@virtualchain/local';
import { type NodeRpc, openRpc } from '@virtualchain/node-client';
import { type LogPlace, type OperationLog, openLogAt } from '@virtualchain/operation-log';
import {
  type MachineInstance,
  type MachineStatus,
  openProjection,
  openRegistry,
  type PostgresProjection,
  readStatuses,
} from '@virtualchain/projection';
import { type BuiltBlock, compareWithFold, createMiner, foldRawBlocks, type Miner } from '@virtualchain/testing';
import { bareEnvironment } from './bare-environment.ts';
import { openReader, statusesOf } from './projections.ts';
import { sharedServers } from './shared-servers.ts';
import { Traffic } from './traffic.ts';
import { until } from './until.ts';

const root = resolve(import.meta.dirname, '../..');

export interface SystemOptions {
  readonly seed: number;
  /** Start Kafka and Postgres of its own, which can be stopped and killed; shared ones of the environment else. */
  readonly ownServers?: boolean;
  /** What keeps the operation log; Kafka when absent. */
  readonly logIn?: LogKind;
}

/** What an operation log is kept in. */
export type LogKind = LogPlace['kind'];

const LOG_KEEPERS = { kafka: ['kafka'], postgres: [] } as const;

interface SystemParts {
  readonly parts: RealParts<'kafka' | 'node' | 'postgres'>;
  readonly rpc: NodeRpc;
  readonly miner: Miner;
  readonly traffic: Traffic;
  readonly postgresUrl: string;
  readonly logPlace: LogPlace;
}

/** A whole system on real parts: node, log, Postgres, a miner with traffic, and our services as processes. */
export class System implements AsyncDisposable {
  readonly parts: RealParts<'kafka' | 'node' | 'postgres'>;
  readonly rpc: NodeRpc;
  readonly miner: Miner;
  readonly traffic: Traffic;
  readonly postgresUrl: string;
  readonly logPlace: LogPlace;
  readonly topic: string;
  readonly log: OperationLog;
  /** Nothing at or below it is ever reorganised: the traffic's coins come from there. */
  readonly fundedHeight: number;
  #processes = 0;

  private constructor({ parts, rpc, miner, traffic, postgresUrl, logPlace }: SystemParts) {
    this.parts = parts;
    this.rpc = rpc;
    this.miner = miner;
    this.traffic = traffic;
    this.postgresUrl = postgresUrl;
    this.topic = `${parts.topicPrefix}.regtest.kv`;
    this.fundedHeight = miner.tip.height;
    this.logPlace = logPlace;
    this.log = openLogAt(logPlace);
  }

  /** Starts the parts and funds the traffic: the chain has about 105 blocks then, none with operations. */
  static async start({ seed, ownServers = false, logIn = 'kafka' }: SystemOptions): Promise<System> {
    const parts = await startRealParts({
      need: [...LOG_KEEPERS[logIn], 'node', 'postgres'],
      log: () => undefined,
      env: ownServers ? process.env : sharedServers(),
    });
    const rpc = openRpc(parts.node.url);
    const miner = createMiner({ rpc });
    const traffic = await Traffic.fund(miner, seed);
    const postgresUrl = await parts.postgres.createDatabase(databaseName(parts, 'e2e'));
    const logPlace: LogPlace =
      logIn === 'kafka'
        ? { kind: logIn, brokers: parts.kafka.brokers }
        : { kind: logIn, url: await parts.postgres.createDatabase(databaseName(parts, 'log')) };
    return new System({ parts, rpc, miner, traffic, postgresUrl, logPlace });
  }

  /** One more database of this run, empty. @returns its URL. */
  createDatabase(purpose: string): Promise<string> {
    return this.parts.postgres.createDatabase(databaseName(this.parts, purpose));
  }

  get settings(): Readonly<Record<string, string>> {
    return {
      VCHAIN_NETWORK: 'regtest',
      VCHAIN_NODE_URL: this.parts.node.url,
      ...(this.logPlace.kind === 'kafka'
        ? { VCHAIN_KAFKA_BROKERS: this.logPlace.brokers.join(',') }
        : { VCHAIN_LOG_POSTGRES_URL: this.logPlace.url }),
      VCHAIN_POSTGRES_URL: this.postgresUrl,
      VCHAIN_TOPIC_PREFIX: this.parts.topicPrefix,
      VCHAIN_POLL_MS: '100',
      VCHAIN_HTTP_PORT: '0',
      // A projector lets others go first, and is what suites wait for: beside suites that compute it would hardly run.
      VCHAIN_NICENESS: '0',
    };
  }

  ingester(
    settings: Readonly<Record<string, string>> = {},
    args: readonly string[] = ['--chain', 'kv'],
  ): Promise<RunningProcess> {
    return this.run('services/ingester/src/main.ts', args, settings);
  }

  projector(machine: string, settings: Readonly<Record<string, string>> = {}, chain = 'kv'): Promise<RunningProcess> {
    return this.run('services/projector/src/main.ts', ['--chain', chain, '--machine', machine], settings);
  }

  /** Runs a script of the repository as a process of its own. */
  run(
    script: string,
    args: readonly string[],
    settings: Readonly<Record<string, string>> = {},
  ): Promise<RunningProcess> {
    return this.parts.startProcess({
      name: `${++this.#processes}-${script.split('/')[1] ?? 'script'}`,
      command: process.execPath,
      args: [join(root, script), ...args],
      env: {
        ...bareEnvironment,
        NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
        ...this.settings,
        ...settings,
      },
    });
  }

  /** The log lines of a process so far. */
  async logOf(process: RunningProcess): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const text = await readFile(process.logFile, 'utf8');
    return text.split('\n').flatMap((line) => {
      try {
        return [JSON.parse(line) as Record<string, unknown>];
      } catch {
        return [];
      }
    });
  }

  /** Mines blocks with operations on the best branch. */
  async mine(blocks: number, operations = 3): Promise<BuiltBlock> {
    for (let i = 0; i < blocks; i++) {
      await this.miner.mine(this.traffic.operations(operations, this.miner.tip));
      this.traffic.forgetPending();
    }
    return this.miner.tip;
  }

  /** Replaces the newest `depth` blocks by one more than that, with other operations. */
  async reorg(depth: number, operations = 2, length = depth + 1): Promise<BuiltBlock> {
    const missing = this.fundedHeight + depth - this.miner.tip.height;
    if (missing > 0) await this.mine(missing, 1);
    const branch = this.miner.branch();
    const from = branch[branch.length - 1 - depth];
    if (from === undefined) throw new RangeError(`no block ${depth} below the tip`);
    this.traffic.forgetPending();
    const fork = this.miner.forkAt(from.hash);
    for (let i = 0; i < length; i++) await fork.mine(this.traffic.operations(operations, fork.tip));
    this.traffic.forgetPending();
    return fork.tip;
  }

  statuses(postgresUrl: string = this.postgresUrl): Promise<readonly MachineStatus[]> {
    return statusesOf(postgresUrl);
  }

  async status(machine: string): Promise<MachineStatus | undefined> {
    return (await this.statuses()).find(({ build }) => build.machine === machine);
  }

  /** Until these machines have the block, the miner's newest by default. */
  async arrived(machines: readonly string[], block: BuiltBlock = this.miner.tip, limitMs = 300_000): Promise<void> {
    await using registry = await openRegistry(this.postgresUrl);
    await until(
      `${machines.join(', ')} at block ${block.height} ${block.hash}`,
      async () =>
        (await readStatuses(registry))
          .filter(({ build }) => machines.includes(build.machine))
          .map(({ build, tip, checkpoint }) => ({ machine: build.machine, tip, fault: checkpoint.fault })),
      (found) => found.length === machines.length && found.every(({ tip }) => tip?.hash === block.hash),
      limitMs,
    );
  }

  /** What differs between these machines' projections and the memory fold of the winning branch's raw blocks. */
  async differences(
    machines: readonly string[],
    branch: readonly BuiltBlock[] = this.miner.branch(),
    postgresUrl: string = this.postgresUrl,
  ): Promise<readonly string[]> {
    const differences: string[] = [];
    for (const name of machines) {
      const instance = await this.instance(name);
      await using reader = await openReader(postgresUrl, instance);
      const fold = await foldRawBlocks(instance, branch);
      differences.push(...(await reader.read('tip', (reading) => compareWithFold(reading, fold))));
    }
    return differences;
  }

  async open(machine: string, postgresUrl: string = this.postgresUrl): Promise<PostgresProjection> {
    return openProjection(postgresUrl, await this.instance(machine));
  }

  async instance(machine: string): Promise<MachineInstance> {
    const chain = await loadChain('kv');
    return { chain, network: 'regtest', parameters: {}, machine: await loadMachine(machine, chain) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.log.close();
    await this.rpc[Symbol.asyncDispose]();
    await this.parts[Symbol.asyncDispose]();
  }
}

/** Runs share a server: a name that no other run has. */
function databaseName({ runId }: RealParts<'kafka' | 'node' | 'postgres'>, purpose: string): string {
  return `${purpose}_${runId}`.toLowerCase().replace(/[^a-z0-9_]/g, '_');
}
