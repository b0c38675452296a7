import { ExpectedError } from '@virtualchain/kernel';
import type { LogPlace } from '@virtualchain/operation-log';
import { problemsOfPostgresUrl } from '@virtualchain/postgres';
import {
  addresses,
  ConfigInvalid,
  clientUrl,
  type Env,
  type KafkaSecurity,
  kafkaSecurity,
  kafkaSecuritySpec,
  oneOf,
  optional,
  type Parser,
  problemsOfHttpUrl,
  problemsOfLogPlaces,
  readSettings,
  readVariable,
  text,
  toggle,
} from '@virtualchain/process';
import type { Command } from 'commander';
import { readRunning, withDemo } from './demo-file.ts';
import { withEnd } from './exit-codes.ts';
import { printError } from './output.ts';
import { QueryInvalid } from './values.ts';

/** Where the parts of a deployment are, as far as they were given. */
export interface Connection {
  readonly chain: string;
  /** Somebody said which chain: it is no default. */
  readonly isChainNamed?: boolean;
  /** The machine of a running `vchain dev`: it may be called by its name. */
  readonly devMachine?: { readonly name: string; readonly module: string } | null;
  readonly chainParameters?: string;
  readonly machineParameters?: string;
  readonly network?: string;
  readonly kafkaBrokers?: string;
  /** The log's database, instead of brokers. */
  readonly logPostgresUrl?: string;
  /** How the brokers are spoken to. */
  readonly kafka?: KafkaSecurity;
  readonly postgresUrl?: string;
  readonly nodeUrl?: string;
  readonly nodeCookieFile?: string;
  readonly topicPrefix?: string;
  /** A gateway that is asked instead of all of these. */
  readonly gatewayUrl?: string;
  /** Who asks it. */
  readonly gatewayToken?: string | undefined;
}

/** Settings that a command needs and nobody gave. */
export class SettingMissing extends ExpectedError {
  override readonly name = 'SettingMissing';
  readonly code = 'SETTING_MISSING';
  readonly remedy = 'halt';
}

const brokers: Parser<string> = {
  ...addresses,
  parse: (given) => addresses.parse(given)?.join(','),
};

const databaseUrl = clientUrl('a URL such as postgres://user:password@host/database', problemsOfPostgresUrl);

const NETWORKS = ['mainnet', 'testnet3', 'testnet4', 'signet', 'regtest', 'simnet'] as const;
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
  network: optional(oneOf(...NETWORKS), {
    flag: 'network',
    env: 'VCHAIN_NETWORK',
    about: `network: ${NETWORKS.join(', ')}`,
  }),
  kafkaBrokers: optional(brokers, {
    flag: 'kafka-brokers',
    env: 'VCHAIN_KAFKA_BROKERS',
    about: 'Kafka brokers, host:port, separated by commas',
  }),
  logPostgresUrl: optional(databaseUrl, {
    flag: 'log-postgres-url',
    env: 'VCHAIN_LOG_POSTGRES_URL',
    about: 'the database that keeps the log, instead of brokers',
    secret: true,
  }),
  postgresUrl: optional(databaseUrl, {
    flag: 'postgres-url',
    env: 'VCHAIN_POSTGRES_URL',
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

/** What a command may not be able to do without: a setting, or one of the two that say where the log is kept. */
export type Need = keyof typeof PLACES | 'log';

const LOG_PLACES = ['kafkaBrokers', 'logPostgresUrl'] as const;

const SPEC = {
  chain: optional(text, { flag: 'chain', env: 'VCHAIN_CHAIN', about: 'virtual chain: a built-in name or a module' }),
  ...PLACES,
  ...kafkaSecuritySpec,
} as const;

/** The variables that say where things are. */
export const connectionVariables: readonly string[] = Object.values(SPEC).flatMap(({ env }) => env ?? []);

/** For the commands that a gateway can answer. */
const GATEWAY = {
  gatewayUrl: optional(clientUrl('a URL such as http://127.0.0.1:8080', problemsOfHttpUrl), {
    flag: 'gateway',
    env: 'VCHAIN_GATEWAY_URL',
    about: 'ask this gateway, and nothing else',
  }),
  gatewayToken: optional(text, {
    env: 'VCHAIN_GATEWAY_TOKEN',
    about: 'the token that the gateway asks for',
    secret: true,
  }),
} as const;
const GATEWAY_COMMANDS = new WeakSet<Command>();

/** The client of nodes is loaded by the commands that use one. */
async function nodeUrlParser(): Promise<Parser<string>> {
  const { problemsOfNodeUrl } = await import('@virtualchain/node-client');
  return clientUrl('a URL such as http://user:password@host:port', problemsOfNodeUrl);
}

/** What commands cannot do without, as their help marks it. */
const NEEDS = new WeakMap<Command, readonly Need[]>();

/** What the help of a command says beside its options. */
export interface Told {
  readonly needs: readonly Need[];
  /** Command lines without `vchain` before them. */
  readonly examples: readonly string[];
  /** Which chain is meant where none is named. */
  readonly chains?: string;
  /** A gateway can answer it, too. */
  readonly takesGateway?: boolean;
}

/** Adds the options that say where things are, examples, and the exit codes. */
export function withConnection(
  command: Command,
  {
    needs,
    examples,
    chains = 'VCHAIN_CHAIN; default that of a running vchain dev or demo, else kv',
    takesGateway = false,
  }: Told,
): Command {
  NEEDS.set(command, needs);
  const { flag: gateway, env: variable, about: told } = GATEWAY.gatewayUrl;
  if (takesGateway) {
    GATEWAY_COMMANDS.add(command);
    command.option(`--${gateway} <url>`, `${told} (${variable}; its token from VCHAIN_GATEWAY_TOKEN)`);
  }
  for (const [name, { flag, env, about, parser }] of Object.entries(SPEC)) {
    const value = Object.is(parser, toggle) ? '' : ' <value>';
    command.option(`--${flag}${value}`, `${requiredMark(needs, name)}${about} (${name === 'chain' ? chains : env})`);
  }
  return withEnd(command, examples);
}

/** How the help marks a setting that a command cannot do without. */
function requiredMark(needs: readonly string[], name: string): string {
  if (needs.includes(name)) return 'required: ';
  return needs.includes('log') && (LOG_PLACES as readonly string[]).includes(name) ? 'one of the two required: ' : '';
}

/**
 * Where things are for a command: flags come before the environment (a variable, or the file that `<variable>_FILE`
 * names), that before a running `vchain dev` or demo. The node's URL is looked at where a node is used, and that and the database's where
 * they are named: their clients are not loaded for nothing.
 *
 * @throws ConfigInvalid with everything that cannot be read or used, and all that is missing; SettingMissing where that is all.
 */
export async function readConnection(
  command: Command,
  { usesNode = false }: { readonly usesNode?: boolean } = {},
  env: Env = process.env,
): Promise<Connection> {
  const options = command.opts<Options>();
  const overGateway = GATEWAY_COMMANDS.has(command) ? readGateway(options, env) : null;
  if (overGateway !== null) return overGateway;
  const needs = NEEDS.get(command) ?? [];
  const flags = Object.entries(SPEC).flatMap(([name, { flag }]) =>
    options[name] === undefined ? [] : [`--${flag}=${options[name]}`],
  );
  const spec = await specFor(
    (name, variable) => options[name] !== undefined || readVariable(env, variable) !== undefined,
    usesNode || needs.includes('nodeUrl'),
  );
  const { config, problems } = readSettings(spec, env, flags, [problemsOfLogPlaces]);
  const names = ['chain', ...Object.keys(PLACES)] as readonly (keyof typeof PLACES | 'chain')[];
  const given = Object.fromEntries(
    names.map((name) => [name, config[name]]).filter(([, value]) => value !== undefined),
  );
  const running = readRunning();
  const { connection, borrowed } = withDemo(given, running?.places ?? null);
  const wrong = [...problems];
  const missing = needs.filter((name) => isMissing(connection, name) && !isNamed(problems, name)).map(missingText);
  if (wrong.length > 0) throw new ConfigInvalid([...wrong, ...missing]);
  if (missing.length > 0) throw missingOf(missing);
  if (borrowed.length > 0) printError(`of the ${running?.what} that runs: ${borrowed.join(', ')}`);
  const isChainNamed = config.chain !== undefined;
  const devMachine = isChainNamed ? null : (running?.machine ?? null);
  return { ...connection, isChainNamed, devMachine, kafka: kafkaSecurity(config) };
}

type Options = Readonly<Record<string, string | boolean | undefined>>;

/**
 * The gateway that is to be asked, and the chain where one is named; null where none is. One that the environment names gives
 * way to a place that an option names.
 *
 * @throws ConfigInvalid
 */
function readGateway(options: Options, env: Env): Connection | null {
  const named = ['gateway', 'chain'].flatMap((flag) =>
    options[flag] === undefined ? [] : [`--${flag}=${options[flag]}`],
  );
  const isElsewhere = [...LOG_PLACES, 'postgresUrl', 'nodeUrl'].some((place) => options[place] !== undefined);
  if (options['gateway'] === undefined && isElsewhere) return null;
  const { config, problems } = readSettings({ ...GATEWAY, chain: SPEC.chain }, env, named);
  if (config.gatewayUrl === undefined && problems.length === 0) return null;
  if (problems.length > 0) throw new ConfigInvalid(problems);
  const { gatewayUrl = '', gatewayToken, chain } = config;
  return { gatewayUrl, gatewayToken, chain: chain ?? 'kv', isChainNamed: chain !== undefined };
}

/** The settings with the rules of the client of nodes, where a node is used and named. */
async function specFor(isNamed: (name: string, variable: string) => boolean, usesNode: boolean): Promise<typeof SPEC> {
  const { nodeUrl } = SPEC;
  if (!usesNode || !isNamed('nodeUrl', NODE_VARIABLE)) return SPEC;
  return { ...SPEC, nodeUrl: { ...nodeUrl, parser: await nodeUrlParser() } };
}

/** What was given and cannot be used is not missing. */
function isNamed(problems: readonly string[], name: Need): boolean {
  if (name === 'log') return LOG_PLACES.some((place) => isNamed(problems, place));
  return problems.some((problem) => problem.startsWith(String(PLACES[name].env)));
}

function isMissing(connection: Connection, name: Need): boolean {
  if (name === 'log') return LOG_PLACES.every((place) => connection[place] === undefined);
  return connection[name] === undefined;
}

function missingText(name: Need): string {
  if (name === 'log') {
    const [brokers, database] = LOG_PLACES.map((place) => PLACES[place]);
    return `neither --${brokers?.flag} nor --${database?.flag} is given: pass one of them, or set ${brokers?.env} or ${database?.env}`;
  }
  const { flag, env } = PLACES[name];
  return `--${flag} is not given: pass it, or set ${env}`;
}

function missingOf(missing: readonly string[]): SettingMissing {
  return new SettingMissing(
    `${missing.join('\n  ')}, or start vchain dev in the folder of your package, or a demo (npm start): those are found by themselves`,
  );
}

/** @throws SettingMissing naming the flag, the variable, and the demo. */
export function need(connection: Connection, name: keyof typeof PLACES): string {
  const value = connection[name];
  if (value === undefined) throw missingOf([missingText(name)]);
  return value;
}

/** Where the log is kept. @throws SettingMissing naming the flags, the variables, and the demo. */
export function logPlace({ logPostgresUrl, kafkaBrokers, kafka = {} }: Connection): LogPlace {
  if (logPostgresUrl !== undefined) return { kind: 'postgres', url: logPostgresUrl };
  if (kafkaBrokers !== undefined) return { kind: 'kafka', brokers: kafkaBrokers.split(','), security: kafka };
  throw missingOf([missingText('log')]);
}

/**
 * The URL of a database that an argument gives.
 *
 * @throws QueryInvalid naming the argument and what is wrong, without what may be secret.
 */
export function databaseOf(what: string, url: string): string {
  const problems = problemsOfPostgresUrl(url);
  if (problems.length === 0) return url;
  throw new QueryInvalid(
    `${what} ${problems.join('; ')}: give the URL of a database, such as postgres://user:password@host/database`,
  );
}
