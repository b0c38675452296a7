import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kafkaJars, type Run, type RunningProcess, runTool } from '@virtualchain/local';
import { kafkaSettings } from '../../infra/local/src/kafka/kafka-settings.ts';
import { freePorts } from '../../infra/local/src/ports.ts';
import { javaCommand } from '../../infra/local/src/tools/tools.ts';

/** Three brokers that keep three copies of everything, two of them in sync at least; each of them is a controller, too. */
export interface ThreeBrokers {
  /** `host:port` each, by their number. */
  readonly addresses: readonly [string, string, string];
  /** Starts a broker (again) on the data that it has. */
  start(number: number): Promise<void>;
  /** As a machine that is switched off. */
  kill(number: number): Promise<void>;
}

const REPLICATED = {
  'offsets.topic.replication.factor': 3,
  'transaction.state.log.replication.factor': 3,
  'transaction.state.log.min.isr': 2,
  'share.coordinator.state.topic.replication.factor': 3,
  'share.coordinator.state.topic.min.isr': 2,
};

/** Formats their folders, and starts all three, which end with the run. */
export async function startThreeBrokers(run: Run): Promise<ThreeBrokers> {
  const ports = await freePorts(6);
  const [lib, java] = [await kafkaJars(process.env, () => undefined), javaCommand(process.env)];
  const jvm = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.awt.headless=true'];
  const voters = [1, 2, 3].map((number) => `${number}@127.0.0.1:${ports[number + 2]}`).join(',');
  const cluster = randomBytes(16).toString('base64url');
  const formatted = [1, 2, 3].map(async (number) => {
    const directory = join(run.runDirectory, `broker-${number}`);
    mkdirSync(directory);
    const listeners = `PLAINTEXT://127.0.0.1:${ports[number - 1]},CONTROLLER://127.0.0.1:${ports[number + 2]}`;
    const settings = {
      ...kafkaSettings,
      ...REPLICATED,
      'node.id': number,
      'controller.quorum.voters': voters,
      listeners,
      'advertised.listeners': listeners,
      'inter.broker.listener.name': 'PLAINTEXT',
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      'log.dirs': join(directory, 'data'),
    };
    const properties = join(directory, 'server.properties');
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(properties, lines.join(''));
    const format = ['kafka.tools.StorageTool', 'format', `--cluster-id=${cluster}`, '-c', properties];
    await runTool(java, [...jvm, '-cp', join(lib, '*'), ...format], { cwd: directory, env: process.env });
    return { directory, properties };
  });
  const folders = await Promise.all(formatted);
  const running = new Map<number, RunningProcess>();
  let starts = 0;
  const start = async (number: number) => {
    const { directory, properties } = folders[number - 1] ?? { directory: '', properties: '' };
    const launch = { command: java, args: [...jvm, '-cp', join(lib, '*'), 'kafka.Kafka', properties] };
    const env = { PATH: process.env['PATH'], HOME: directory };
    running.set(number, await run.startProcess({ ...launch, name: `broker-${number}-${++starts}`, env }));
  };
  for (const number of [1, 2, 3]) await start(number);
  const [first, second, third] = ports.map((port) => `127.0.0.1:${port}`);
  return {
    addresses: [first ?? '', second ?? '', third ?? ''],
    start,
    async kill(number) {
      await running.get(number)?.kill('SIGKILL');
    },
  };
}
