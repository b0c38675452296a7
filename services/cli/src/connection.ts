import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExpectedError } from '@virtualchain/kernel';
import {
  addresses,
  clientUrl,
  type Env,
  type KafkaSecurity,
  kafkaSecurity,
  kafkaSecuritySpec,
  optional,
  type Parser,
  problemsOfKafkaSecurity,
  readConfig,
  readVariable,
  rememberUrlSecrets,
  text,
  toggle,
} from '@virtualchain/process';
import type { Command } from 'commander';
import { EXIT_CODES } from './exit-codes.ts';

/** Where the parts of a deployment are, as far as they were given. */
export interface Connection {
  readonly chain: string;
  readonly chainParameters?: string;
  readonly machineParameters?: string;
  readonly network?: string;
  readonly kafkaBrokers?: string;
  /** How the brokers are spoken to. */
  readonly kafka?: KafkaSecurity;
  readonly postgresUrl?: string;
  readonly nodeUrl?: string;
  readonly nodeCookieFile?: string;
  readonly topicPrefix?: string;
}

/** A setting that a command needs and nobody gave. */
export class SettingMissing extends ExpectedError {
  override readonly name = 'SettingMissing';
  readonly code = 'SETTING_MISSING';
  readonly remedy = 'halt';
}

const brokers: Parser<string> = {
  ...addresses,
  parse: (given) => addresses.parse(given)?.join(','),
};

const DATABASE_VARIABLE = 'VCHAIN_POSTGRES_URL';
const NODE_VARIABLE = 'VCHAIN_NODE_URL';

/** Every flag has an environment variable, and a file that the variable with `_FILE` names. */
const PLACES = {
  chainParameters: optional(text, {
    flag: 'chain-parameters',
    env: 'VCHAIN_CHAIN_PARAMETERS',
    about: 'parameters of the chain, JSON',
  }),
  machineParameters: optional(text, {
    flag: 'machine-parameters',
    env: 'VCHAIN_MACHINE_PARAMETERS',
    about: 'parameters of the machine, JSON; those of its live build when absent',
  }),
  network: optional(text, { flag: 'network', env: 'VCHAIN_NETWORK', about: 'network' }),
  kafkaBrokers: optional(brokers, {
    flag: 'kafka-brokers',
    env: 'VCHAIN_KAFKA_BROKERS',
    about: 'Kafka brokers, host:port, separated by commas',
  }),
  postgresUrl: optional(text, {
    flag: 'postgres-url',
    env: DATABASE_VARIABLE,
    about: 'database of the network',
    secret: true,
  }),
  nodeUrl: optional(text, {
    flag: 'node-url',
    env: NODE_VARIABLE,
    about: 'Bitcoin node',
    secret: true,
  }),
  nodeCookieFile: optional(text, {
    flag: 'node-cookie-file',
    env: 'VCHAIN_NODE_COOKIE_FILE',
    about: 'its cookie file, for a URL without a login',
  }),
  topicPrefix: optional(text, {
    flag: 'topic-prefix',
    env: 'VCHAIN_TOPIC_PREFIX',
    about: 'first part of topic names; vchain when absent',
  }),
} as const;

const SPEC = {
  chain: optional(text, { flag: 'chain', env: 'VCHAIN_CHAIN', about: 'virtual chain: a built-in name or a module' }),
  ...PLACES,
  ...kafkaSecuritySpec,
} as const;

/** The client of Postgres is loaded by the commands that are told of a database. */
async function postgresUrlParser(): Promise<Parser<string>> {
  const { problemsOfPostgresUrl } = await import('@virtualchain/projection');
  return clientUrl('a URL such as postgres://user:password@host/database', problemsOfPostgresUrl);
}

/** The client of nodes is loaded by the commands that use one. */
async function nodeUrlParser(): Promise<Parser<string>> {
  const { problemsOfNodeUrl } = await import('@virtualchain/node-client');
  return clientUrl('a URL such as http://user:password@host:port', problemsOfNodeUrl);
}

/** Where a running demo says how it is reached: commands without settings talk to it. */
export const demoFile = join(resolve(dirname(fileURLToPath(import.meta.url)), '../../..'), '.vchain', 'demo.json');

/** Adds the options that say where things are. `chains` says which chain is meant where none is named. */
export function withConnection(
  command: Command,
  chains = 'VCHAIN_CHAIN; default that of a running demo, else kv',
): Command {
  for (const [name, { flag, env, about, parser }] of Object.entries(SPEC)) {
    const value = Object.is(parser, toggle) ? '' : ' <value>';
    command.option(`--${flag}${value}`, `${about} (${name === 'chain' ? chains : env})`);
  }
  return command.addHelpText('after', EXIT_CODES);
}

/**
 * Flags come before the environment (a variable, or the file that `<variable>_FILE` names), that before a running demo.
 * The node's URL is looked at where a node is
 * used, and that and the database's where they are named: their clients are not loaded for nothing.
 *
 * @throws ConfigInvalid with everything that cannot be read or used.
 */
export async function readConnection(
  options: Readonly<Record<string, string | boolean | undefined>>,
  { usesNode = false }: { readonly usesNode?: boolean } = {},
  env: Env = process.env,
): Promise<Connection> {
  const flags = Object.entries(SPEC).flatMap(([name, { flag }]) =>
    options[name] === undefined ? [] : [`--${flag}=${options[name]}`],
  );
  const { postgresUrl, nodeUrl } = SPEC;
  const isNamed = (name: string, variable: string): boolean =>
    options[name] !== undefined || readVariable(env, variable) !== undefined;
  const looksAtNode = usesNode && isNamed('nodeUrl', NODE_VARIABLE);
  const spec = {
    ...SPEC,
    ...(isNamed('postgresUrl', DATABASE_VARIABLE)
      ? { postgresUrl: { ...postgresUrl, parser: await postgresUrlParser() } }
      : {}),
    ...(looksAtNode ? { nodeUrl: { ...nodeUrl, parser: await nodeUrlParser() } } : {}),
  };
  const config = readConfig(spec, env, flags, [problemsOfKafkaSecurity]);
  const names = ['chain', ...Object.keys(PLACES)] as readonly (keyof typeof PLACES | 'chain')[];
  const given = Object.fromEntries(
    names.map((name) => [name, config[name]]).filter(([, value]) => value !== undefined),
  );
  const isGiven = ['kafkaBrokers', 'postgresUrl', 'nodeUrl'].some((name) => given[name] !== undefined);
  const demo: Readonly<Record<string, string>> =
    !isGiven && existsSync(demoFile) ? JSON.parse(readFileSync(demoFile, 'utf8')) : {};
  for (const url of [demo['postgresUrl'], demo['nodeUrl']]) if (url !== undefined) rememberUrlSecrets(new URL(url));
  return { chain: 'kv', ...demo, ...given, kafka: kafkaSecurity(config) };
}

/** @throws SettingMissing naming the flag, the variable, and the demo. */
export function need(connection: Connection, name: keyof typeof PLACES): string {
  const value = connection[name];
  if (value !== undefined) return value;
  const { flag, env } = PLACES[name];
  throw new SettingMissing(
    `--${flag} is not given: pass it, or set ${env}, or start a demo (npm start), which is found by itself`,
  );
}
