import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Docker, dockerWith } from '@virtualchain/docker';
import { until } from '../kit/until.ts';

/** For containers that hang: one that starts on a busy machine needs half a minute. */
export const healthyLimitMs = 300_000;
const upLimitSeconds = '600';
export const root = resolve(import.meta.dirname, '../..');
export const docker: Docker = dockerWith('docker', process.env);

/** One line of `docker inspect` about a container, as far as it is looked at. */
export interface Container {
  readonly Id: string;
  readonly Name: string;
  readonly Path: string;
  readonly Args: readonly string[];
  readonly State: { readonly Pid: number; readonly Status: string; readonly Health?: { readonly Status: string } };
  readonly Config: { readonly Env: readonly string[]; readonly Cmd: readonly string[] | null };
  readonly HostConfig: {
    readonly Memory: number;
    readonly LogConfig: { readonly Type: string; readonly Config: Readonly<Record<string, string>> };
  };
  readonly NetworkSettings: { readonly Ports: Readonly<Record<string, readonly { readonly HostIp: string }[] | null>> };
  readonly Mounts: readonly { readonly Type: string; readonly Name?: string; readonly Destination: string }[];
}

export async function inspect(ids: readonly string[]): Promise<readonly Container[]> {
  return ids.length === 0 ? [] : (JSON.parse(await docker.run(['inspect', ...ids])) as Container[]);
}

/** An installation by docker compose under a name of its own, with every port chosen by the engine. */
export interface Installation extends AsyncDisposable {
  readonly project: string;
  compose(...args: readonly string[]): Promise<string>;
  /** Starts services, of the image that was built, and waits until they are healthy; all of them unless some are named. */
  up(...args: readonly string[]): Promise<void>;
  containers(service?: string): Promise<readonly Container[]>;
  /** Ends the first process of a container as a crash would, so that the restart policy applies. */
  crash(container: Container): Promise<void>;
  untilHealthy(): Promise<void>;
}

/** @param settings variables of docker-compose.yml. @param file that is used instead of it. */
export function installation(
  settings: Readonly<Record<string, string>> = {},
  file = 'docker-compose.yml',
): Installation {
  const project = `${process.env['VCHAIN_TEST_PROJECT'] ?? 'vchain-test'}-${randomBytes(4).toString('hex')}`;
  const authorities = process.env['VCHAIN_BUILD_CA_FILE'] ?? process.env['NODE_EXTRA_CA_CERTS'];
  const env = {
    VCHAIN_IMAGE: 'virtualchain:test',
    VCHAIN_INGESTER_PORTS: '',
    VCHAIN_PROJECTOR_PORTS: '',
    VCHAIN_GATEWAY_PORT: '0',
    VCHAIN_PROMETHEUS_PORT: '0',
    VCHAIN_GRAFANA_PORT: '0',
    VCHAIN_KAFKA_PORT: `${30_000 + Math.floor(Math.random() * 2_000)}`,
    VCHAIN_POSTGRES_PORT: '0',
    VCHAIN_NODE_PORT: '0',
    VCHAIN_BUILD_NETWORK: 'host', // the engine may be one without a bridge
    ...(authorities !== undefined && existsSync(authorities) ? { VCHAIN_BUILD_CA_FILE: authorities } : {}),
    COMPOSE_ANSI: 'never',
    COMPOSE_PROGRESS: 'plain',
    ...settings,
  };
  const flags = ['compose', '--project-name', project, '--file', join(root, file), '--project-directory', root];
  const options = { cwd: root, env };
  const compose = (...args: readonly string[]) => docker.run([...flags, ...args], options);
  const containers = async (service?: string) =>
    inspect(
      (await compose('ps', '--all', '--quiet', ...(service === undefined ? [] : [service])))
        .split(/\s+/)
        .filter(Boolean),
    );
  return {
    project,
    compose,
    async up(...args) {
      await compose('up', '--no-build', '--detach', '--wait', '--wait-timeout', upLimitSeconds, ...args);
    },
    containers,
    async crash({ Id, State }) {
      if (isHere(State.Pid, Id)) process.kill(State.Pid, 'SIGKILL');
      else await docker.run(['restart', '--time', '0', Id]); // the engine is on another machine
    },
    async untilHealthy() {
      const unhealthy = async () =>
        (await containers())
          .filter(
            ({ State: { Status, Health } }) =>
              Health !== undefined && !(Status === 'running' && Health.Status === 'healthy'),
          )
          .map(({ Name, State: { Status, Health } }) => `${Name}: ${Status}, ${Health?.Status}`);
      await until('every container is healthy', unhealthy, (left) => left.length === 0, healthyLimitMs);
    },
    async [Symbol.asyncDispose]() {
      await docker.try(
        [...flags, '--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '20'],
        options,
      );
    },
  };
}

/** Whether this process id is a process of that container on this machine: an engine may run elsewhere, or in a machine of its own. */
function isHere(pid: number, id: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(id);
  } catch {
    return false;
  }
}
