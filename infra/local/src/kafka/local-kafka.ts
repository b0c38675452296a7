import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LocalServerPlan, startOnFreePorts } from '../local-server.ts';
import type { KafkaPart } from '../part.ts';
import { freePorts } from '../ports.ts';
import type { RunDirectory } from '../run-directory.ts';
import { cached, type Env } from '../tools/cache.ts';
import { javaCommand, type Log, runTool } from '../tools/tools.ts';
import { kafkaCacheEntry, kafkaVersion } from '../tools/versions.ts';
import type { WatchedServers } from '../watchdog/watched-servers.ts';
import { probeKafka } from './kafka-probe.ts';
import { kafkaSettings } from './kafka-settings.ts';

const jvmFlags = ['-Xmx512m', '-XX:+UseSerialGC', '-Djava.awt.headless=true'];

interface KafkaPlan extends LocalServerPlan {
  readonly broker: string;
}

/** Starts one broker in KRaft mode, controller included, on the jars of Apache Kafka from Maven Central. */
export async function startLocalKafka({
  servers,
  run,
  env,
  log,
}: {
  servers: WatchedServers;
  run: RunDirectory;
  env: Env;
  log: Log;
}): Promise<KafkaPart> {
  const jars = await kafkaJars(env, log);
  const { plan, server } = await startOnFreePorts(servers, () => planKafka(jars, run, env));
  return {
    ...server,
    source: 'local',
    brokers: [plan.broker],
    description: `local process, Apache Kafka ${kafkaVersion}, ${plan.broker}`,
  };
}

/** The folder of Apache Kafka's jars, downloaded into the cache when they are not there. */
export async function kafkaJars(env: Env, log: Log): Promise<string> {
  return join(await cached(env, kafkaCacheEntry, (directory) => fetchKafka(directory, env, log)), 'lib');
}

async function fetchKafka(directory: string, env: Env, log: Log): Promise<void> {
  log(`downloading Apache Kafka ${kafkaVersion} from Maven Central (45 jars, 43 MB, once) …`);
  const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>virtualchain</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${kafkaVersion}</version>
    </dependency>
  </dependencies>
</project>
`;
  await writeFile(join(directory, 'pom.xml'), pom);
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
  await runTool('mvn', ['-B', '-q', goal, `-DoutputDirectory=${join(directory, 'lib')}`], { cwd: directory, env });
}

async function planKafka(lib: string, run: RunDirectory, env: Env): Promise<KafkaPlan> {
  const [brokerPort, controllerPort] = await freePorts(2);
  const directory = join(run.path, `kafka-${brokerPort}`); // the format names the controller's port: one per attempt
  await mkdir(directory);
  const broker = `127.0.0.1:${brokerPort}`;
  const listeners = `PLAINTEXT://${broker},CONTROLLER://127.0.0.1:${controllerPort}`;
  const settings = {
    ...kafkaSettings,
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    listeners,
    'advertised.listeners': listeners,
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(directory, 'data'),
  };
  const properties = join(directory, 'server.properties');
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(properties, lines.join(''));

  const java = javaCommand(env);
  const jvm = [...jvmFlags, '-cp', join(lib, '*')];
  const clusterId = randomBytes(16).toString('base64url');
  // In one word: an id may begin with a dash.
  const format = ['kafka.tools.StorageTool', 'format', '--standalone', `--cluster-id=${clusterId}`, '-c', properties];
  await runTool(java, [...jvm, '-XX:TieredStopAtLevel=1', ...format], { cwd: directory, env });
  return {
    name: 'kafka',
    broker,
    launch: {
      command: java,
      args: [...jvm, `-XX:ErrorFile=${join(run.path, 'logs', 'kafka-crash.log')}`, 'kafka.Kafka', properties],
      env: { PATH: env['PATH'] ?? '', HOME: directory },
      cwd: directory,
      logFile: join(run.path, 'logs', 'kafka.log'),
      stopSignal: 'SIGTERM',
    },
    probe: () => probeKafka([broker]),
  };
}
