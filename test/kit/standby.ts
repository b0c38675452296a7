/** A hot standby of a Postgres server on this machine, made as the manual says where there is no pg_basebackup. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  appendFile,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import pg from 'pg';
import { until } from './until.ts';

export interface Standby extends AsyncDisposable {
  /** The URL of a database of the primary, at the standby. */
  urlOf(primary: string): string;
}

/** What a standby makes for itself. */
const LEFT_OUT = new Set(['postmaster.pid', 'postmaster.opts', 'pg_wal']);

/** Copies a running server, and starts the copy behind it. Reads at it that stand in the way of replay are cancelled at once. */
export async function startStandby(primaryUrl: string): Promise<Standby> {
  const primary = new pg.Client({ connectionString: primaryUrl });
  await primary.connect();
  const { rows } = await primary.query('show data_directory');
  const source = String(rows[0].data_directory);
  const { uid, gid } = await stat(source);
  const home = await mkdtemp(join(tmpdir(), 'vchain-standby-'));
  const data = join(home, 'data');
  await primary.query("select pg_backup_start('standby', true)");
  await cp(source, data, { recursive: true, filter: (path) => !LEFT_OUT.has(basename(path)) });
  const { rows: stopped } = await primary.query('select labelfile from pg_backup_stop(false)');
  await primary.end();
  const { hostname, port, username, password } = new URL(primaryUrl);
  await mkdir(join(data, 'pg_wal'));
  await writeFile(join(data, 'backup_label'), stopped[0].labelfile);
  await writeFile(join(data, 'standby.signal'), '');
  const conninfo = `host=${hostname} port=${port} user=${username} password=${password}`;
  await appendFile(join(data, 'postgresql.auto.conf'), `\nprimary_conninfo = '${conninfo}'\n`);
  await own(home, uid, gid);
  const process = await startServer(source, data, { uid, gid });
  const standby: Standby = {
    urlOf: (url) => Object.assign(new URL(url), { port: String(process.port) }).href,
    async [Symbol.asyncDispose]() {
      process.child.kill('SIGINT');
      await process.ended;
      await rm(home, { recursive: true, force: true });
    },
  };
  await until(
    'the standby answers',
    () => answers(standby.urlOf(primaryUrl)),
    (isThere) => isThere,
  );
  return standby;
}

/** Everything in a folder belongs to the account that the server runs as. */
async function own(folder: string, uid: number, gid: number): Promise<void> {
  await chown(folder, uid, gid);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await own(path, uid, gid);
    else await chown(path, uid, gid);
  }
}

async function startServer(
  source: string,
  data: string,
  account: { readonly uid: number; readonly gid: number },
): Promise<{ readonly child: ChildProcess; readonly port: number; readonly ended: Promise<unknown> }> {
  const [pid] = (await readFile(join(source, 'postmaster.pid'), 'utf8')).split('\n');
  const program = await readlink(`/proc/${pid}/exe`);
  const port = await freePort();
  const settings = {
    ...{ port, listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off', max_connections: 200 },
    ...{ max_standby_streaming_delay: 0, hot_standby: 'on', timezone: 'UTC' },
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(program, ['-D', data, ...flags], {
    ...account,
    cwd: data,
    env: { LC_ALL: 'C' },
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return { child, port, ended };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
