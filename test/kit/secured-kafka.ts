import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Run, RunningProcess } from '@virtualchain/local';
import { openKafkaLog } from '@virtualchain/operation-log';
import { kafkaSettings } from '../../infra/local/src/kafka/kafka-settings.ts';
import { freePorts } from '../../infra/local/src/ports.ts';
import { formatBroker, writeProperties } from './broker-program.ts';
import type { SignedCertificate } from './certificate.ts';
import { startTap, type Tap } from './tap.ts';
import { until } from './until.ts';

/** A broker whose clients must log in, on one listener with TLS and on one without. */
export interface SecuredKafka {
  /** SASL plain and scram, over TLS. */
  readonly tls: string;
  /** The same in clear text. */
  readonly clear: string;
  /** What passes between clients and the listener with TLS: they are led through it. */
  readonly tap: Tap;
  readonly username: string;
  readonly password: string;
}

interface Ports {
  readonly tls: number;
  readonly clear: number;
  readonly inner: number;
  readonly controller: number;
}

/** Who may log in. */
interface Login {
  readonly username: string;
  readonly password: string;
}

/** Starts one broker for the run, which ends with it. */
export async function startSecuredKafka(run: Run, certificate: SignedCertificate): Promise<SecuredKafka> {
  const [tls = 0, clear = 0, inner = 0, controller = 0] = await freePorts(4);
  const tap = await startTap(tls);
  const directory = join(run.runDirectory, 'secured-kafka');
  mkdirSync(directory);
  const store = join(directory, 'store.pem');
  const { key, cert, ca } = certificate;
  writeFileSync(store, [key, cert, ca].map((path) => readFileSync(path, 'utf8')).join(''));
  const login: Login = { username: 'ingester', password: randomBytes(9).toString('hex') };
  const properties = writeProperties(directory, {
    ...securedSettings({ tls, clear, inner, controller }, tap.port, login),
    'ssl.keystore.location': store,
  });
  const broker = await startBroker(run, { directory, properties }, login);
  await untilReady(broker, `127.0.0.1:${inner}`);
  return { tls: `127.0.0.1:${tap.port}`, clear: `127.0.0.1:${clear}`, tap, ...login };
}

function securedSettings(
  ports: Ports,
  tapPort: number,
  { username, password }: Login,
): Readonly<Record<string, string | number | boolean>> {
  const jaas = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${username}="${password}";`;
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  const mechanisms = (listener: string): Record<string, string> => ({
    [`listener.name.${listener}.sasl.enabled.mechanisms`]: 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    [`listener.name.${listener}.plain.sasl.jaas.config`]: jaas,
    [`listener.name.${listener}.scram-sha-256.sasl.jaas.config`]: scram,
    [`listener.name.${listener}.scram-sha-512.sasl.jaas.config`]: scram,
  });
  const spelled = (led: Ports) =>
    Object.entries(led)
      .map(([name, port]) => `${name.toUpperCase()}://127.0.0.1:${port}`)
      .join(',');
  return {
    ...kafkaSettings,
    ...mechanisms('tls'),
    ...mechanisms('clear'),
    'controller.quorum.bootstrap.servers': `127.0.0.1:${ports.controller}`,
    listeners: spelled(ports),
    'advertised.listeners': spelled({ ...ports, tls: tapPort }),
    'inter.broker.listener.name': 'INNER',
    'listener.security.protocol.map': 'TLS:SASL_SSL,CLEAR:SASL_PLAINTEXT,INNER:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'ssl.keystore.type': 'PEM',
  };
}

/** Formats its folder, with the users of SCRAM in it, and starts it. */
async function startBroker(
  run: Run,
  { directory, properties }: { readonly directory: string; readonly properties: string },
  { username, password }: Login,
): Promise<RunningProcess> {
  const users = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
    '--add-scram',
    `${mechanism}=[name=${username},password=${password}]`,
  ]);
  return run.startProcess({ name: 'secured-kafka', ...(await formatBroker(directory, properties, users)) });
}

/** Waits until a topic can be made on the listener that needs no login. */
async function untilReady(broker: RunningProcess, innerListener: string): Promise<void> {
  let ended = false;
  void broker.exited.then(() => {
    ended = true;
  });
  await using log = openKafkaLog({ brokers: [innerListener], retryForMs: 1_000 });
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
}
