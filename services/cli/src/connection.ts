import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExpectedError } from '@virtualchain/bitcoin';
import { builtInMachines, loadChain, loadMachine, type Parameters, parseParameters } from '@virtualchain/definitions';
import { type OperationLog, openKafkaLog } from '@virtualchain/operation-log';
import { ConfigInvalid, type Env, readVariable, rememberSecret } from '@virtualchain/process';
import {
  listBuilds,
  liveSchema,
  type MachineInstance,
  openBuild,
  type PostgresProjection,
} from '@virtualchain/projection';
import type { VirtualChain } from '@virtualchain/protocol';
import type { Command } from 'commander';
import { EXIT_CODES } from './exit-codes.ts';

/** Where the parts of a deployment are, as far as they were given. */
export interface Connection {
  readonly chain: string;
  readonly chainParameters?: string;
  readonly machineParameters?: string;
  readonly network?: string;
  readonly kafkaBrokers?: string;
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

const NAMES = {
  chainParameters: ['--chain-parameters', 'VCHAIN_CHAIN_PARAMETERS'],
  machineParameters: ['--machine-parameters', 'VCHAIN_MACHINE_PARAMETERS'],
  network: ['--network', 'VCHAIN_NETWORK'],
  kafkaBrokers: ['--kafka-brokers', 'VCHAIN_KAFKA_BROKERS'],
  postgresUrl: ['--postgres-url', 'VCHAIN_POSTGRES_URL'],
  nodeUrl: ['--node-url', 'VCHAIN_NODE_URL'],
  nodeCookieFile: ['--node-cookie-file', 'VCHAIN_NODE_COOKIE_FILE'],
  topicPrefix: ['--topic-prefix', 'VCHAIN_TOPIC_PREFIX'],
} as const;

/** Where a running demo says how it is reached: commands without settings talk to it. */
export const demoFile = join(resolve(dirname(fileURLToPath(import.meta.url)), '../../..'), '.vchain', 'demo.json');

/** Adds the options that say where things are. `chains` says which chain is meant where none is named. */
export function withConnection(
  command: Command,
  chains = 'VCHAIN_CHAIN; default that of a running demo, else kv',
): Command {
  return command
    .option('--chain <name>', `virtual chain: a built-in name or a module (${chains})`)
    .option('--chain-parameters <json>', 'parameters of the chain (VCHAIN_CHAIN_PARAMETERS)')
    .option(
      '--machine-parameters <json>',
      'parameters of the machine (VCHAIN_MACHINE_PARAMETERS; default those of its live build)',
    )
    .option('--network <name>', 'network (VCHAIN_NETWORK)')
    .option('--kafka-brokers <list>', 'Kafka brokers, host:port (VCHAIN_KAFKA_BROKERS)')
    .option('--postgres-url <url>', 'database of the network (VCHAIN_POSTGRES_URL)')
    .option('--node-url <url>', 'Bitcoin node (VCHAIN_NODE_URL)')
    .option('--node-cookie-file <file>', 'its cookie file, for a URL without a login (VCHAIN_NODE_COOKIE_FILE)')
    .option('--topic-prefix <prefix>', 'first part of topic names (VCHAIN_TOPIC_PREFIX; default vchain)')
    .addHelpText('after', EXIT_CODES);
}

/**
 * Flags come before the environment (a variable, or the file that `<variable>_FILE` names), that before a running demo.
 *
 * @throws ConfigInvalid with every variable that cannot be read.
 */
export function connectionOf(
  options: Readonly<Record<string, string | undefined>>,
  env: Env = process.env,
): Connection {
  const demo: Readonly<Record<string, string>> = existsSync(demoFile) ? JSON.parse(readFileSync(demoFile, 'utf8')) : {};
  const problems: string[] = [];
  const given: Record<string, string> = {};
  for (const [name, [, variable]] of Object.entries({ ...NAMES, chain: ['--chain', 'VCHAIN_CHAIN'] as const })) {
    const read = options[name] === undefined ? readVariable(env, variable) : { text: options[name] };
    if (read !== undefined && 'problem' in read) problems.push(read.problem);
    else if (read !== undefined) given[name] = read.text;
  }
  if (problems.length > 0) throw new ConfigInvalid(problems);
  const isGiven = ['kafkaBrokers', 'postgresUrl', 'nodeUrl'].some((name) => given[name] !== undefined);
  const found = isGiven ? given : { ...demo, ...given };
  for (const name of ['postgresUrl', 'nodeUrl']) {
    const password = found[name] !== undefined && URL.canParse(found[name]) ? new URL(found[name]).password : '';
    if (password !== '') rememberSecret(password);
  }
  return { chain: 'kv', ...found };
}

/** @throws SettingMissing naming the flag, the variable, and the demo. */
export function need(connection: Connection, name: keyof typeof NAMES): string {
  const value = connection[name];
  if (value !== undefined) return value;
  const [flag, variable] = NAMES[name];
  throw new SettingMissing(
    `${flag} is not given: pass it, or set ${variable}, or start a demo (npm start), which is found by itself`,
  );
}

export function openLog(connection: Connection): OperationLog {
  return openKafkaLog({ brokers: need(connection, 'kafkaBrokers').split(','), clientId: 'vchain' });
}

/** Parameters of the chain as given, else as any build of it was made with. */
export async function chainOf(connection: Connection): Promise<VirtualChain> {
  return loadChain(connection.chain, await chainParametersOf(connection));
}

async function chainParametersOf(connection: Connection): Promise<Parameters> {
  if (connection.chainParameters !== undefined || connection.postgresUrl === undefined)
    return parseParameters('--chain-parameters', connection.chainParameters);
  const builds = await listBuilds(connection.postgresUrl);
  return builds.findLast(({ chain }) => chain === connection.chain)?.parameters.chain ?? {};
}

export function topicOf(connection: Connection, chain: VirtualChain): string {
  return `${connection.topicPrefix ?? 'vchain'}.${need(connection, 'network')}.${chain.name}`;
}

/** A machine by name or module, with the parameters its live build was made with. */
export async function instanceOf(connection: Connection, nameOrModule: string): Promise<MachineInstance> {
  const network = need(connection, 'network');
  const chain = await chainOf(connection);
  const name = builtInMachines.includes(nameOrModule) ? nameOrModule : (await loadMachine(nameOrModule, chain)).name;
  const builds = await listBuilds(need(connection, 'postgresUrl'));
  const live = builds.find((build) => build.chain === chain.name && build.machine === name && build.status === 'live');
  const given = connection.machineParameters;
  const parameters =
    given === undefined ? (live?.parameters.machine ?? {}) : parseParameters('--machine-parameters', given);
  return { chain, network, parameters, machine: await loadMachine(nameOrModule, chain, parameters) };
}

/** @throws SettingMissing when the machine has no live build yet. */
export async function openLive(
  connection: Connection,
  nameOrModule: string,
): Promise<{ readonly instance: MachineInstance; readonly projection: PostgresProjection }> {
  const instance = await instanceOf(connection, nameOrModule);
  const postgresUrl = need(connection, 'postgresUrl');
  const schema = await liveSchema(postgresUrl, instance.chain.name, instance.machine.name);
  if (schema === null)
    throw new SettingMissing(`${instance.machine.name} has no live build in this database: start its projector`);
  return { instance, projection: await openBuild(postgresUrl, instance, schema) };
}
