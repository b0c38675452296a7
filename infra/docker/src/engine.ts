import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExpectedError } from '@virtualchain/kernel';
import { cached, type Env, type Log, type Run, unpackDebian } from '@virtualchain/local';
import { type Docker, dockerWith } from './docker.ts';

const startTimeoutMs = 60_000;
const pollMs = 100;
const pingTimeoutMs = 5_000;

const enginePackages = {
  suite: 'bookworm',
  packages: [
    'docker.io',
    'containerd',
    'runc',
    'tini',
    'iptables',
    'libip4tc2',
    'libip6tc2',
    'libmnl0',
    'libnetfilter-conntrack3',
    'libnfnetlink0',
    'libnftnl11',
    'libxtables12',
  ],
  dependencies: 'left out',
} as const;
/** Static programs: that of the suite above has no compose of version 2. */
const pluginPackages = {
  suite: 'sid',
  packages: ['docker-compose', 'docker-buildx'],
  dependencies: 'left out',
} as const;

/** Where containers run, and how to speak to it. */
export interface Engine {
  readonly docker: Docker;
  /** What a process needs in its environment to find the engine and its plugins. */
  readonly env: Env;
  readonly description: string;
}

/** No Docker engine answers, and none can be started. */
export class EngineUnavailable extends ExpectedError {
  override readonly name = 'EngineUnavailable';
  readonly code = 'ENGINE_UNAVAILABLE';
  readonly remedy = 'halt';

  constructor(reason: string, options?: ErrorOptions) {
    super(`no Docker engine answers, and none can be started here: ${reason}. Start one, or set DOCKER_HOST.`, options);
  }
}

/**
 * The engine that answers already, else one of Debian's, unpacked into the cache and started on a socket of the run, where no
 * other run finds it. It ends with the run, however that ends. `docker compose` is added where it is missing.
 *
 * @throws EngineUnavailable
 */
export async function openEngine(run: Run, env: Env, log: Log): Promise<Engine> {
  const given = dockerWith('docker', env);
  const version = await given.try(['version', '--format', '{{.Server.Version}}'], { timeoutMs: pingTimeoutMs }).then(
    ({ code, stdout }) => (code === 0 ? stdout.trim() : null),
    () => null,
  );
  if (version !== null) {
    const found = { command: 'docker', env, description: `engine ${version}, which was running` };
    return withPlugins(found, run, log);
  }
  if (process.getuid?.() !== 0) throw new EngineUnavailable('dockerd wants to be started by root');
  return withPlugins(await startEngine(run, env, log), run, log);
}

interface Found {
  readonly command: string;
  readonly env: Env;
  readonly description: string;
}

async function startEngine(run: Run, env: Env, log: Log): Promise<Found> {
  const bin = await engineBinaries(env, log);
  const socket = join(run.runDirectory, 'docker.sock');
  const data = join(run.runDirectory, 'docker');
  await mkdir(data, { recursive: true });
  const found = {
    command: join(bin, 'docker'),
    env: { ...env, DOCKER_HOST: `unix://${socket}`, PATH: `${bin}:${env['PATH'] ?? ''}` },
  };
  const flags = ['--data-root', join(data, 'data'), '--exec-root', join(data, 'exec'), '--pidfile', join(data, 'pid')];
  const dockerd = await run.startProcess({
    name: 'dockerd',
    command: join(bin, 'dockerd'),
    // It leaves the machine's own network as it is: no bridge, no packet filter, no forwarding.
    args: ['--host', `unix://${socket}`, ...flags, '--bridge=none', '--iptables=false', '--ip-forward=false'],
    env: found.env,
  });
  let ended = false;
  void dockerd.exited.then(() => (ended = true));
  const docker = dockerWith(found.command, found.env);
  for (const deadline = Date.now() + startTimeoutMs; ; await sleep(pollMs)) {
    const { code, stdout, stderr } = await docker.try(['version', '--format', '{{.Server.Version}}']);
    if (code === 0) return { ...found, description: `engine ${stdout.trim()} of Debian, started for this run` };
    if (ended || Date.now() > deadline)
      throw new EngineUnavailable(`dockerd did not start (${stderr.trim()}, ${dockerd.logFile})`);
  }
}

/** A folder with `dockerd`, `docker` and what they call, `iptables` with its libraries among it. */
async function engineBinaries(env: Env, log: Log): Promise<string> {
  try {
    const entry = await cached(env, `docker-debian-${process.arch}`, async (directory) => {
      log('fetching a Docker engine from Debian (once, about 70 MB) …');
      await unpackDebian(directory, enginePackages, env);
      await mkdir(join(directory, 'bin'));
      for (const name of ['docker', 'docker-init', 'containerd', 'containerd-shim-runc-v2', 'ctr'])
        await symlink(join('..', 'root', 'usr', 'bin', name), join(directory, 'bin', name));
      for (const name of ['dockerd', 'docker-proxy', 'runc'])
        await symlink(join('..', 'root', 'usr', 'sbin', name), join(directory, 'bin', name));
      await writeIptables(directory, 'iptables');
      await writeIptables(directory, 'ip6tables');
    });
    return join(entry, 'bin');
  } catch (error) {
    throw new EngineUnavailable((error as Error).message, { cause: error });
  }
}

async function writeIptables(directory: string, name: string): Promise<void> {
  const script = [
    '#!/bin/sh',
    'root=$(dirname "$(dirname "$(readlink -f "$0")")")/root/usr',
    'for libraries in "$root"/lib/*-linux-gnu*; do :; done',
    'export LD_LIBRARY_PATH="$libraries" XTABLES_LIBDIR="$libraries/xtables"',
    `exec "$root/sbin/xtables-legacy-multi" ${name} "$@"`,
  ];
  await writeFile(join(directory, 'bin', name), `${script.join('\n')}\n`);
  await chmod(join(directory, 'bin', name), 0o755);
}

/** Adds `docker compose` and `docker buildx` from Debian where they are missing. */
async function withPlugins(found: Found, run: Run, log: Log): Promise<Engine> {
  const { command, description } = found;
  const docker = dockerWith(command, found.env);
  const has = async (plugin: string): Promise<boolean> => (await docker.try([plugin, 'version'])).code === 0;
  if ((await has('compose')) && (await has('buildx'))) return { docker, env: found.env, description };
  try {
    const entry = await cached(found.env, `docker-plugins-debian-${process.arch}`, async (directory) => {
      log('fetching docker compose and buildx from Debian (once, about 60 MB) …');
      await unpackDebian(directory, pluginPackages, found.env);
    });
    const config = join(run.runDirectory, 'docker-config');
    await mkdir(config, { recursive: true });
    const plugins = join(entry, 'root/usr/libexec/docker/cli-plugins');
    await writeFile(join(config, 'config.json'), JSON.stringify({ cliPluginsExtraDirs: [plugins] }));
    const env = { ...found.env, DOCKER_CONFIG: config };
    return { docker: dockerWith(command, env), env, description };
  } catch (error) {
    throw new EngineUnavailable(`docker compose is missing (${(error as Error).message})`, { cause: error });
  }
}
