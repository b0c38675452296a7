import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kafkaJars, type Run, runTool } from '@virtualchain/local';
import { openKafkaLog } from '@virtualchain/operation-log';
import { kafkaSettings } from '../../infra/local/src/kafka/kafka-settings.ts';
import { freePorts } from '../../infra/local/src/ports.ts';
import { javaCommand } from '../../infra/local/src/tools/tools.ts';
import { makeCertificate } from './certificate.ts';
import { until } from './until.ts';

/** A broker whose clients must log in, on one listener with TLS and on one without. */
export interface SecuredKafka {
  /** SASL plain and scram, over TLS. */
  readonly tls: string;
  /** The same in clear text. */
  readonly clear: string;
  /** The file of the authority of its certificate. */
  readonly ca: string;
  readonly username: string;
  readonly password: string;
}

/** Starts one broker for the run, which ends with it; null where no certificate can be made for it. */
export async function startSecuredKafka(run: Run): Promise<SecuredKafka | null> {
  const [tlsPort, clearPort, innerPort, controllerPort] = await freePorts(4);
  const directory = join(run.runDirectory, 'secured-kafka');
  mkdirSync(directory);
  const certificate = makeCertificate(directory);
  if (certificate === null) return null;
  const store = join(directory, 'store.pem');
  writeFileSync(store, readFileSync(certificate.key, 'utf8') + readFileSync(certificate.cert, 'utf8'));

  const [username, password] = ['ingester', randomBytes(9).toString('hex')];
  const jaas = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${username}="${password}";`;
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  const mechanisms = (listener: string): Record<string, string> => ({
    [`listener.name.${listener}.sasl.enabled.mechanisms`]: 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    [`listener.name.${listener}.plain.sasl.jaas.config`]: jaas,
    [`listener.name.${listener}.scram-sha-256.sasl.jaas.config`]: scram,
    [`listener.name.${listener}.scram-sha-512.sasl.jaas.config`]: scram,
  });
  const listeners = [
    `TLS://127.0.0.1:${tlsPort}`,
    `CLEAR://127.0.0.1:${clearPort}`,
    `INNER://127.0.0.1:${innerPort}`,
    `CONTROLLER://127.0.0.1:${controllerPort}`,
  ].join(',');
  const settings = {
    ...kafkaSettings,
    ...mechanisms('tls'),
    ...mechanisms('clear'),
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    listeners,
    'advertised.listeners': listeners,
    'inter.broker.listener.name': 'INNER',
    'listener.security.protocol.map': 'TLS:SASL_SSL,CLEAR:SASL_PLAINTEXT,INNER:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': store,
    'log.dirs': join(directory, 'data'),
  };
  const properties = join(directory, 'server.properties');
  writeFileSync(
    properties,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );

  const java = javaCommand(process.env);
  const lib = await kafkaJars(process.env, () => undefined);
  const jvm = ['-Xmx512m', '-XX:+UseSerialGC', '-Djava.awt.headless=true', '-cp', join(lib, '*')];
  const users = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
    '--add-scram',
    `${mechanism}=[name=${username},password=${password}]`,
  ]);
  const format = ['format', '--standalone', `--cluster-id=${randomBytes(16).toString('base64url')}`, '-c', properties];
  await runTool(java, [...jvm, 'kafka.tools.StorageTool', ...format, ...users], { cwd: directory, env: process.env });
  const broker = await run.startProcess({
    name: 'secured-kafka',
    command: java,
    args: [...jvm, 'kafka.Kafka', properties],
    env: { PATH: process.env['PATH'], HOME: directory },
  });
  let ended = false;
  void broker.exited.then(() => {
    ended = true;
  });
  await using log = openKafkaLog({ brokers: [`127.0.0.1:${innerPort}`], retryForMs: 1_000 });
  await until(
    'the secured broker',
    () =>
      log.ensureTopic('ready').then(
        () => 'ready',
        (error: unknown) => (ended ? readFileSync(broker.logFile, 'utf8').slice(-4_000) : String(error)),
      ),
    (state) => state === 'ready' || ended,
    120_000,
  );
  const [tls, clear] = [`127.0.0.1:${tlsPort}`, `127.0.0.1:${clearPort}`];
  return { tls, clear, ca: certificate.cert, username, password };
}
