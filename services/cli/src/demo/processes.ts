import type { LogPart, RealParts, RunningProcess } from '@virtualchain/local';
import { type Env, kafkaSecuritySpec } from '@virtualchain/process';
import { compiledCode, serviceAllocator, serviceNode, vchainScript } from '../starting/executable.ts';

/** The settings that the services and the command line share. */
export function settingsOf(
  parts: RealParts<'log' | 'node' | 'postgres'>,
  postgresUrl: string,
): Readonly<Record<string, string>> {
  return {
    VCHAIN_NETWORK: 'regtest',
    VCHAIN_NODE_URL: parts.node.url,
    ...(parts.node.zmqUrl === undefined ? {} : { VCHAIN_NODE_ZMQ: parts.node.zmqUrl }),
    ...(parts.node.cookieFile === undefined ? {} : { VCHAIN_NODE_COOKIE_FILE: parts.node.cookieFile }),
    ...logSettings(parts.log),
    VCHAIN_POSTGRES_URL: postgresUrl,
    VCHAIN_TOPIC_PREFIX: parts.topicPrefix,
    VCHAIN_POLL_MS: '200',
    VCHAIN_HTTP_PORT: '0',
  };
}

function logSettings(log: LogPart): Readonly<Record<string, string>> {
  if (log.kind === 'postgres') return { VCHAIN_LOG_POSTGRES_URL: log.url };
  const security = log.source === 'url' ? kafkaSecurityVariables(process.env) : {};
  return { VCHAIN_KAFKA_BROKERS: log.brokers.join(','), ...security };
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
    args: [vchainScript, service, ...args],
    env: {
      PATH: process.env['PATH'],
      NODE_OPTIONS: serviceNode.join(' '),
      ...serviceAllocator,
      ...compiledCode(),
      ...settings,
    },
  });
}
