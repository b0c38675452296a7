/** The whole system as users run it, with a proxy on every way that can break: servers, processes, and the chain's generator. */
import { join, resolve } from 'node:path';
import { type RealParts, type Run, type RunningProcess, startRealParts } from '@virtualchain/local';
import { type NodeRpc, openRpc } from '@virtualchain/node-client';
import { createMiner } from '@virtualchain/testing';
import { freePorts } from '../../../infra/local/src/ports.ts';
import { INGESTER_FLAGS, projectorFlags } from '../../../services/cli/src/demo/deployment.ts';
import type { Link, VictimKind } from '../troubles/schedule.ts';
import { FaultProxy } from './fault-proxy.ts';
import { Killable, type OwnExit, type Victim } from './killable.ts';
import { MACHINES, type MachineName } from './machines.ts';
import { type ProxiedKafka, startProxiedKafka } from './proxied-kafka.ts';
import { nodeVictim, postgresVictim } from './servers.ts';
import { Work } from './work.ts';

const root = resolve(import.meta.dirname, '../../..');
/** How often an ingester asks the node for news. */
const POLL_MS = 200;

export interface StageOptions {
  readonly seed: number;
  readonly log: (line: string) => void;
  readonly onOwnExit: (exit: OwnExit) => void;
}

/** A kind of process of ours, servers left out. */
type OurVictim = Exclude<VictimKind, 'kafka' | 'postgres' | 'node'>;

interface Servers {
  readonly parts: RealParts<'node' | 'postgres'>;
  readonly kafka: ProxiedKafka;
  /** Of the generator, past the proxy. */
  readonly rpc: NodeRpc;
  /** Of the database of the projections, past the proxy. */
  readonly database: string;
}

/** Everything that a run starts; disposing of it ends it. */
export class Stage implements AsyncDisposable {
  readonly work: Work;
  readonly victims: Readonly<Record<VictimKind, readonly Victim[]>>;
  readonly links: Readonly<Record<Link, FaultProxy>>;
  /** Past the proxies, for what the run itself reads. */
  readonly direct: { readonly broker: string; readonly postgresUrl: string; readonly gateway: string };
  /** What no log may show. */
  readonly secrets: readonly string[];
  readonly runDirectory: string;
  /** The node comes back with nothing, and is given every block again. */
  readonly emptyNode: () => Promise<void>;
  readonly #servers: Servers;
  readonly #ours: Readonly<Record<OurVictim, readonly Killable[]>>;

  private constructor(
    work: Work,
    servers: Servers,
    links: Stage['links'],
    options: StageOptions & { gatewayPort: number },
  ) {
    const { parts, kafka, database } = servers;
    this.work = work;
    this.links = links;
    this.#servers = servers;
    this.runDirectory = parts.runDirectory;
    this.secrets = [parts.node.url, parts.postgres.url].map((url) => decodeURIComponent(new URL(url).password));
    this.direct = { broker: kafka.direct, postgresUrl: database, gateway: `http://127.0.0.1:${options.gatewayPort}` };
    const process = (name: string, script: string, args: readonly string[]): Killable =>
      new Killable({ start: () => this.#launch(name, script, args), onOwnExit: options.onOwnExit });
    const address = `http://127.0.0.1:${links.gateway.port}`;
    const gatewayArgs = ['gateway', '--api-port', String(options.gatewayPort)];
    const projector = ({ name, chain }: (typeof MACHINES)[number]) => {
      const flags = name === 'bns' ? projectorFlags('bns') : ['--chain', chain, '--machine', name];
      return process(`projector-${name}`, 'services/projector/src/main.ts', flags);
    };
    const follower = ({ name, chain, transport }: (typeof MACHINES)[number]) =>
      process(`gateway-subscriber-${name}`, 'test/kit/subscriber-process.ts', [
        ...[this.feedFile(name), address, chain, name, transport],
      ]);
    const ours = {
      ingester: ['first', 'second'].map((name) =>
        process(`ingester-${name}`, 'services/ingester/src/main.ts', [...INGESTER_FLAGS, '--chain', 'kv']),
      ),
      projector: MACHINES.map(projector),
      gateway: [process('gateway', 'services/cli/src/main.ts', gatewayArgs)],
      'topic subscriber': [
        process('topic-subscriber', 'test/chaos/stage/topic-subscriber.ts', [this.toldFile, this.topicOf('kv')]),
      ],
      'gateway subscriber': MACHINES.map(follower),
    };
    this.#ours = ours;
    const node = nodeVictim(parts.node, work);
    this.emptyNode = node.startEmpty;
    this.victims = {
      ...ours,
      kafka: [kafka.server],
      postgres: [postgresVictim(parts.postgres)],
      node: [node],
    };
  }

  static async start(options: StageOptions): Promise<Stage> {
    const parts = await startRealParts({ need: ['node', 'postgres'], log: options.log });
    try {
      const rpc = openRpc(parts.node.url);
      const work = await Work.fund(createMiner({ rpc }), options.seed);
      const database = await parts.postgres.createDatabase('chaos');
      const kafka = await startProxiedKafka(parts);
      const [gatewayPort = 0] = await freePorts(1);
      const before = (url: string): Promise<FaultProxy> => FaultProxy.open(Number(new URL(url).port));
      const links = {
        kafka: kafka.proxy,
        postgres: await before(parts.postgres.url),
        node: await before(parts.node.url),
        gateway: await FaultProxy.open(gatewayPort),
      };
      return new Stage(work, { parts, kafka, rpc, database }, links, { ...options, gatewayPort });
    } catch (error) {
      await parts[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts the processes that make projections, or those that tell of them: a gateway knows only machines that are there. */
  async startProcesses(which: 'makers' | 'tellers'): Promise<void> {
    const { ingester, projector, ...tellers } = this.#ours;
    const chosen = which === 'makers' ? [...ingester, ...projector] : Object.values(tellers).flat();
    for (const process of chosen) await process.start();
  }

  /** Ends our processes as an operator would. */
  async stopProcesses(): Promise<void> {
    await Promise.all(this.#all.map((process) => process.stop()));
  }

  get #all(): readonly Killable[] {
    return Object.values(this.#ours).flat();
  }

  /** Whatever is frozen goes on, and every network is a good one. */
  async heal(): Promise<void> {
    for (const proxy of Object.values(this.links)) proxy.heal();
    for (const victim of Object.values(this.victims).flat()) await victim.thaw();
  }

  topicOf(chain: string): string {
    return `${this.#servers.parts.topicPrefix}.regtest.${chain}`;
  }

  /** What the subscriber of the topic keeps. */
  get toldFile(): string {
    return join(this.runDirectory, 'topic-subscriber.jsonl');
  }

  /** What the subscriber of a machine's feed keeps. */
  feedFile(machine: MachineName): string {
    return join(this.runDirectory, `gateway-subscriber-${machine}.jsonl`);
  }

  get logFolder(): string {
    return join(this.runDirectory, 'logs');
  }

  #launch(name: string, script: string, args: readonly string[]): Promise<RunningProcess> {
    const { parts, kafka, database } = this.#servers;
    const run: Run = parts;
    return run.startProcess({
      name,
      command: process.execPath,
      args: [join(root, script), ...args],
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
        VCHAIN_NETWORK: 'regtest',
        VCHAIN_NODE_URL: this.links.node.through(parts.node.url),
        VCHAIN_KAFKA_BROKERS: kafka.brokers,
        VCHAIN_POSTGRES_URL: this.links.postgres.through(database),
        VCHAIN_TOPIC_PREFIX: parts.topicPrefix,
        VCHAIN_POLL_MS: String(POLL_MS),
        VCHAIN_HTTP_PORT: '0',
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of [...this.#all, this.#servers.kafka.server]) one.retire();
    for (const proxy of Object.values(this.links)) await proxy[Symbol.asyncDispose]();
    await this.#servers.rpc[Symbol.asyncDispose]();
    await this.#servers.parts[Symbol.asyncDispose]();
  }
}
