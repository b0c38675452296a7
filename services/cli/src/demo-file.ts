import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigInvalid, rememberUrlSecrets } from '@virtualchain/process';

/** Settings of a connection, by their names. */
type Places = Readonly<Record<string, string | undefined>>;

/** Where a running demo says how it is reached: commands without settings talk to it. */
export const demoFile = join(resolve(dirname(fileURLToPath(import.meta.url)), '../../..'), '.vchain', 'demo.json');

/** What the demo that runs says of itself; null where none does. @throws ConfigInvalid */
export function readDemo(path: string = demoFile): Places | null {
  if (!existsSync(path)) return null;
  try {
    const demo = JSON.parse(readFileSync(path, 'utf8')) as Places;
    for (const url of [demo['postgresUrl'], demo['logPostgresUrl'], demo['nodeUrl']])
      if (url !== undefined) rememberUrlSecrets(new URL(url));
    return demo;
  } catch {
    throw new ConfigInvalid([`${path} does not say how a running demo is reached: remove it, or start the demo again`]);
  }
}

/** What runs, and how it is called. */
export interface Running {
  readonly what: 'demo' | 'vchain dev';
  readonly places: Places;
  /** The one machine of a `vchain dev`, by its name and its module. */
  readonly machine: { readonly name: string; readonly module: string } | null;
}

/** The `vchain dev` of the nearest folder upwards from the working folder, else the demo that runs. @throws ConfigInvalid */
export function readRunning(from: string = process.cwd(), demo: string = demoFile): Running | null {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const found = readDemo(join(folder, '.vchain', 'dev.json'));
    // What was killed has left its file.
    if (found !== null && isRunning(Number(found['pid']))) {
      const { pid: _pid, machine, machineName, ...places } = found;
      const named = machine === undefined || machineName === undefined ? null : { name: machineName, module: machine };
      return { what: 'vchain dev', places, machine: named };
    }
    if (folder === dirname(folder)) break;
  }
  const places = readDemo(demo);
  return places === null ? null : { what: 'demo', places, machine: null };
}

/** What belongs to the chain that is named beside it. */
const OF_THE_CHAIN: ReadonlySet<string> = new Set(['chainParameters', 'machineParameters']);

/** The settings that were given, with those of a running demo beside them, and which of those were taken where some were given. */
export function withDemo(
  given: Places,
  demo: Places | null,
): { readonly connection: Places & { readonly chain: string }; readonly borrowed: readonly string[] } {
  if (demo === null) return { connection: { chain: 'kv', ...given }, borrowed: [] };
  const isItsChain = given['chain'] === undefined;
  // Who says nothing asks the parts themselves: a gateway is asked where one is named.
  const {
    nodeCookieFile,
    gatewayUrl: _gateway,
    ...rest
  } = Object.fromEntries(Object.entries(demo).filter(([name]) => isItsChain || !OF_THE_CHAIN.has(name)));
  // A cookie file is the login of its own node.
  const isItsNode = given['nodeUrl'] === undefined && nodeCookieFile !== undefined;
  const beside: Places = withoutItsLog(given, isItsNode ? { ...rest, nodeCookieFile } : rest);
  const isMixed = ['kafkaBrokers', 'logPostgresUrl', 'postgresUrl', 'nodeUrl'].some(
    (name) => given[name] !== undefined,
  );
  const borrowed = isMixed ? Object.keys(beside).filter((name) => given[name] === undefined) : [];
  return { connection: { chain: 'kv', ...beside, ...given }, borrowed };
}

/** A log is in one place: where one is given, that of the demo is not taken beside it. */
function withoutItsLog(given: Places, demo: Places): Places {
  if (given['kafkaBrokers'] === undefined && given['logPostgresUrl'] === undefined) return demo;
  const { kafkaBrokers: _brokers, logPostgresUrl: _database, ...others } = demo;
  return others;
}

/** Whether a process of that id runs. */
export function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
