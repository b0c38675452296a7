import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers';
import { probeKafka } from './kafka-probe.ts';
import { kafkaSettings } from './kafka-settings.ts';
import type { Durability } from './local-postgres.ts';
import { probeNode } from './node-probe.ts';
import type { KafkaPart, NodePart, Part, PostgresPart } from './part.ts';
import { freePorts } from './ports.ts';
import { createDatabase, probePostgres } from './postgres-client.ts';
import { images } from './versions.ts';

const startTimeoutMs = 120_000;
const probePollMs = 100;

/** A part in a container, and how to be rid of it. */
export type Contained<Kind extends Part> = Kind & { remove(): Promise<void> };

/** The same, and how to have another one in its place, without its data. */
type Renewable = Contained<Part> & { startAnew(): Promise<void> };

export async function startKafkaContainer(): Promise<Contained<KafkaPart>> {
  const host = await dockerHost();
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
  const container = new GenericContainer(images.kafka)
    .withEnvironment({ ...environment, KAFKA_HEAP_OPTS: '-Xmx512m' })
    .withExposedPorts({ container: 9092, host: port });
  const part = await startContained(container, () => probeKafka([broker]));
  return { ...part, brokers: [broker], description: `container, ${images.kafka}, ${broker}` };
}

export async function startNodeContainer(peers: readonly string[]): Promise<Contained<NodePart>> {
  const host = await dockerHost();
  const [rpcPort = 0, p2pPort = 0] = await freePorts(2);
  const password = randomBytes(18).toString('hex');
  const container = new GenericContainer(images.node)
    .withCommand([
      '-regtest',
      '-server',
      '-rest',
      '-txindex',
      '-rpcbind=0.0.0.0',
      '-rpcallowip=0.0.0.0/0',
      '-rpcport=18443',
      '-rpcuser=vchain',
      `-rpcpassword=${password}`,
      '-rpcworkqueue=256',
      '-fallbackfee=0.0001',
      `-maxtipage=${100 * 365 * 24 * 3600}`, // an old tip is not a node that is still syncing
      ...peers.map((peer) => `-addnode=${peer}`),
    ])
    .withExposedPorts({ container: 18443, host: rpcPort }, { container: 18444, host: p2pPort });
  const url = `http://vchain:${password}@${host}:${rpcPort}`;
  const part = await startContained(container, () => probeNode(url));
  const p2pAddress = `${host}:${p2pPort}`;
  const description = `container, ${images.node}, ${host}:${rpcPort}`;
  return { ...part, kind: 'bitcoind', url, p2pAddress, description, startEmpty: part.startAnew };
}

export async function startPostgresContainer(durability: Durability): Promise<Contained<PostgresPart>> {
  const host = await dockerHost();
  const [port = 0] = await freePorts(1);
  const password = randomBytes(18).toString('hex');
  const throwaway = ['-c', 'fsync=off', '-c', 'full_page_writes=off'];
  const container = new GenericContainer(images.postgres)
    .withEnvironment({ POSTGRES_USER: 'vchain', POSTGRES_PASSWORD: password, POSTGRES_DB: 'postgres' })
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

async function dockerHost(): Promise<string> {
  const { host } = (await getContainerRuntimeClient()).info.containerRuntime;
  return host === 'localhost' ? '127.0.0.1' : host;
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
