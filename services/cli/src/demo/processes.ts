import { join, resolve } from 'node:path';
import type { RealParts, RunningProcess } from '@virtualchain/local';
import { type Env, kafkaSecuritySpec } from '@virtualchain/process';

const root = resolve(import.meta.dirname, '../../../..');

/** The settings that the services and the command line share. */
export function settingsOf(
  parts: RealParts<'kafka' | 'node' | 'postgres'>,
  postgresUrl: string,
): Readonly<Record<string, string>> {
  return {
    VCHAIN_NETWORK: 'regtest',
    VCHAIN_NODE_URL: parts.node.url,
    ...(parts.node.zmqUrl === undefined ? {} : { VCHAIN_NODE_ZMQ: parts.node.zmqUrl }),
    ...(parts.node.cookieFile === undefined ? {} : { VCHAIN_NODE_COOKIE_FILE: parts.node.cookieFile }),
    VCHAIN_KAFKA_BROKERS: parts.kafka.brokers.join(','),
    ...(parts.kafka.source === 'url' ? kafkaSecurityVariables(process.env) : {}),
    VCHAIN_POSTGRES_URL: postgresUrl,
    VCHAIN_TOPIC_PREFIX: parts.topicPrefix,
    VCHAIN_POLL_MS: '200',
    VCHAIN_HTTP_PORT: '0',
  };
}

/** How brokers that were given are spoken to. */
function kafkaSecurityVariables(env: Env): Readonly<Record<string, string>> {
  const names = Object.values(kafkaSecuritySpec).flatMap(({ env: name = '' }) => [name, `${name}_FILE`]);
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

/** Starts one of our services as a process of its own, which ends with the run. */
export function startService(
  parts: RealParts,
  { name, service }: { readonly name: string; readonly service: 'ingester' | 'projector' },
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<RunningProcess> {
  return parts.startProcess({
    name,
    command: process.execPath,
    args: [join(root, 'services', service, 'src/main.ts'), ...args],
    env: {
      PATH: process.env['PATH'],
      NODE_OPTIONS:
        '--disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning --max-semi-space-size=4',
      ...settings,
    },
  });
}
