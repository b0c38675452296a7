import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers';
import { probeKafka } from '../kafka/kafka-probe.ts';
import { kafkaSettings } from '../kafka/kafka-settings.ts';
import { probeNode } from '../node/node-probe.ts';
import type { KafkaPart, NodePart, Part, PostgresPart } from '../part.ts';
import { freePorts } from '../ports.ts';
import type { Durability } from '../postgres/local-postgres.ts';
import { createDatabase, probePostgres } from '../postgres/postgres-client.ts';
import type { Env } from '../tools/cache.ts';
import { images } from '../tools/versions.ts';
import { runLabel } from '../watchdog/watchdog-protocol.ts';
import { engineAddress } from './docker-engine.ts';

const startTimeoutMs = 300_000;
const probePollMs = 100;
const nodeConfigFile = '/etc/vchain-bitcoin.conf';
const passwordFile = '/etc/vchain-postgres-password';

/** Where containers of a run are made. */
export interface ContainerGround {
  readonly runId: string;
  /** How this process reaches a published port of the engine's machine. */
  readonly host: string;
  /** The address that ports are published on: loopback, so that nobody else reaches servers without passwords. */
  readonly publishOn: string;
  /** The containers of a run find one another here by their names. */
  readonly network: string;
}

/** Makes the network of a run. The watchdog removes it, and every container of the run, when the run has ended. */
export async function prepareContainers(runId: string, env: Env): Promise<ContainerGround> {
  const address = engineAddress(env);
  const isLocal = address === undefined || 'socketPath' in address;
  const host = isLocal ? '127.0.0.1' : address.host;
  // Without it testcontainers may take a machine that looks like a container for one, and search for its gateway.
  process.env['TESTCONTAINERS_HOST_OVERRIDE'] ??= host;
  const network = `vchain-${runId}`;
  const { network: networks } = await getContainerRuntimeClient();
  await networks.create({ Name: network, Driver: 'bridge', Labels: { [runLabel]: runId } });
  return { runId, host, publishOn: isLocal ? '127.0.0.1' : '0.0.0.0', network };
}

/** A container of a run: labelled, so that the watchdog finds it; testcontainers' own reaper is not needed. */
class RunContainer extends GenericContainer {
  readonly #ground: ContainerGround;

  constructor(image: string, ground: ContainerGround) {
    super(image);
    this.#ground = ground;
    this.withLabels({ [runLabel]: ground.runId })
      .withNetworkMode(ground.network)
      .withAutoCleanup(false);
  }

  protected override async beforeContainerCreated(): Promise<void> {
    const bindings = (this.hostConfig.PortBindings ?? {}) as Record<string, { HostPort: string; HostIp?: string }[]>;
    for (const binding of Object.values(bindings).flat()) binding.HostIp = this.#ground.publishOn;
  }
}

/** A part in a container, and how to be rid of it. */
export type Contained<Kind extends Part> = Kind & { remove(): Promise<void> };

/** The same, and how to have another one in its place, without its data. */
type Renewable = Contained<Part> & { startAnew(): Promise<void> };

export async function startKafkaContainer(ground: ContainerGround): Promise<Contained<KafkaPart>> {
  const { host } = ground;
  const [port = 0] = await freePorts(1);
  const broker = `${host}:${port}`;
  const settings = {
    ...kafkaSettings,
    // The broker also talks to itself, and from inside its container it cannot reach the port outside.
    listeners: 'INSIDE://:19092,OUTSIDE://:9092,CONTROLLER://:9093',
    'advertised.listeners': `INSIDE://localhost:19092,OUTSIDE://${broker}`,
    'inter.broker.listener.name': 'INSIDE',
    'listener.security.protocol.map': 'INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.quorum.voters': '1@localhost:9093',
  };
  const environment = Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`, `${value}`]),
  );
  const container = new RunContainer(images.kafka, ground)
    .withEnvironment({ ...environment, KAFKA_HEAP_OPTS: '-Xmx512m' })
    .withExposedPorts({ container: 9092, host: port });
  const part = await startContained(container, () => probeKafka([broker]));
  return { ...part, brokers: [broker], description: `container, ${images.kafka}, ${broker}` };
}

export async function startNodeContainer(
  name: string,
  peers: readonly string[],
  ground: ContainerGround,
): Promise<Contained<NodePart>> {
  const { host } = ground;
  const [rpcPort = 0, zmqPort = 0] = await freePorts(2);
  const password = randomBytes(18).toString('hex');
  const containerName = `vchain-${ground.runId}-${name}`;
  const settings = [
    'regtest=1',
    'server=1',
    'rest=1',
    'txindex=1',
    'rpcuser=vchain',
    `rpcpassword=${password}`, // here and not on the command line, which every user of the machine can read
    'rpcworkqueue=256',
    'fallbackfee=0.0001',
    `maxtipage=${100 * 365 * 24 * 3600}`, // an old tip is not a node that is still syncing
    '[regtest]',
    'rpcbind=0.0.0.0',
    'rpcallowip=0.0.0.0/0',
    'rpcport=18443',
    'zmqpubhashblock=tcp://0.0.0.0:28332',
    'zmqpubrawtx=tcp://0.0.0.0:28332',
    ...peers.map((peer) => `addnode=${peer}`),
  ];
  const container = new RunContainer(images.node, ground)
    .withName(containerName)
    .withCopyContentToContainer([{ content: `${settings.join('\n')}\n`, target: nodeConfigFile, mode: 0o444 }])
    .withCommand([`-conf=${nodeConfigFile}`])
    .withExposedPorts({ container: 18443, host: rpcPort }, { container: 28332, host: zmqPort });
  const url = `http://vchain:${password}@${host}:${rpcPort}`;
  const part = await startContained(container, () => probeNode(url));
  return {
    ...part,
    kind: 'bitcoind',
    url,
    zmqUrl: `tcp://${host}:${zmqPort}`,
    p2pAddress: `${containerName}:18444`, // for other containers of the run
    description: `container, ${images.node}, ${host}:${rpcPort}`,
    startEmpty: part.startAnew,
  };
}

export async function startPostgresContainer(
  durability: Durability,
  ground: ContainerGround,
): Promise<Contained<PostgresPart>> {
  const { host } = ground;
  const [port = 0] = await freePorts(1);
  const password = randomBytes(18).toString('hex');
  const throwaway = ['-c', 'fsync=off', '-c', 'full_page_writes=off'];
  const container = new RunContainer(images.postgres, ground)
    .withEnvironment({ POSTGRES_USER: 'vchain', POSTGRES_PASSWORD_FILE: passwordFile, POSTGRES_DB: 'postgres' })
    .withCopyContentToContainer([{ content: password, target: passwordFile, mode: 0o444 }])
    .withCommand(['postgres', '-c', 'max_connections=200', ...(durability === 'durable' ? [] : throwaway)])
    .withExposedPorts({ container: 5432, host: port });
  const url = `postgres://vchain:${password}@${host}:${port}/postgres`;
  const part = await startContained(container, () => probePostgres(url));
  return {
    ...part,
    url,
    createDatabase: (name) => createDatabase(url, name),
    description: `container, ${images.postgres}, ${host}:${port}`,
  };
}

/** Ports of the host are fixed: Docker would hand out others when a container starts again. */
async function startContained(
  container: GenericContainer,
  probe: () => Promise<void>,
): Promise<Omit<Renewable, 'description'>> {
  const { container: client } = await getContainerRuntimeClient();
  const create = async () => {
    const ready = container.withWaitStrategy(Wait.forListeningPorts()).withStartupTimeout(startTimeoutMs);
    return client.getById((await ready.start()).getId());
  };
  let docker = await create();

  const start = async () => {
    await docker.start();
    await untilReady(probe);
  };
  const stop = async () => void (await docker.stop({ t: 10 }));
  const remove = async () => void (await docker.remove({ force: true, v: true }));
  await untilReady(probe);
  return {
    source: 'container',
    start,
    stop,
    async restart() {
      await stop();
      await start();
    },
    async kill(signal: NodeJS.Signals = 'SIGKILL') {
      await docker.kill({ signal });
      if (signal === 'SIGKILL' || signal === 'SIGTERM' || signal === 'SIGINT') await docker.wait();
    },
    remove,
    async startAnew() {
      await remove();
      docker = await create();
      await untilReady(probe);
    },
  };
}

async function untilReady(probe: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    try {
      return await probe();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(probePollMs);
    }
  }
}
