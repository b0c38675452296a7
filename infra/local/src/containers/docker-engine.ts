import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Env } from '../tools/cache.ts';

const pingTimeoutMs = 10_000;

/** A Docker engine that answered. */
export interface DockerEngine {
  /** Resolves once the image is there, pulled if need be; rejects with the reason if it is not to be had in time. */
  provideImage(image: string, timeoutMs: number): Promise<void>;
}

export type EngineSearch =
  | { readonly found: true; readonly engine: DockerEngine }
  | { readonly found: false; readonly reason: string };

/**
 * Looks for a Docker engine. Asks it directly: loading testcontainers takes longer than most machines without Docker
 * should have to wait.
 */
export async function findDockerEngine(env: Env): Promise<EngineSearch> {
  const address = engineAddress(env);
  if (address === undefined) return { found: false, reason: 'there is no Docker socket' };
  try {
    const { status } = await ask(address, 'GET', '/_ping', pingTimeoutMs);
    if (status !== 200) return { found: false, reason: `the Docker engine answers with status ${status}` };
  } catch (error) {
    return { found: false, reason: `no Docker engine answers (${reasonOf(error)})` };
  }
  return { found: true, engine: { provideImage: (image, timeoutMs) => provideImage(address, image, timeoutMs) } };
}

async function provideImage(address: EngineAddress, image: string, timeoutMs: number): Promise<void> {
  const present = await ask(address, 'GET', `/images/${image}/json`, pingTimeoutMs);
  if (present.status === 200) return;
  const [name = image, tag = 'latest'] = image.split(':');
  const query = new URLSearchParams({ fromImage: name, tag });
  const pulled = await ask(address, 'POST', `/images/create?${query}`, timeoutMs).catch((error: unknown) => {
    throw new Error(`image ${image} is not to be had within ${timeoutMs / 1_000} s (${reasonOf(error)})`);
  });
  // A pull that fails half-way still has status 200; the error is in the last line of the stream.
  const failure = /"error":"([^"]*)"/.exec(pulled.body)?.[1];
  if (pulled.status !== 200 || failure !== undefined) {
    throw new Error(`image ${image} is not to be had (${failure ?? `status ${pulled.status}`})`);
  }
}

/** Where an engine listens. */
export type EngineAddress = { readonly socketPath: string } | { readonly host: string; readonly port: string };

/** Where an engine would be, as testcontainers looks for it; sockets only if they exist. */
export function engineAddress(env: Env): EngineAddress | undefined {
  const given = env['DOCKER_HOST'];
  if (given?.startsWith('unix://')) return { socketPath: given.slice('unix://'.length) };
  if (given !== undefined && URL.canParse(given)) {
    const { hostname, port } = new URL(given);
    return { host: hostname, port: port || '2375' };
  }
  const home = join(homedir(), '.docker');
  const socketPath = [
    '/var/run/docker.sock',
    join(env['XDG_RUNTIME_DIR'] ?? `/run/user/${process.getuid?.() ?? 0}`, 'docker.sock'),
    join(home, 'run', 'docker.sock'),
    join(home, 'desktop', 'docker.sock'),
  ].find((path) => existsSync(path));
  return socketPath === undefined ? undefined : { socketPath };
}

/** One request to the engine's API. */
export function ask(address: EngineAddress, method: 'GET' | 'POST' | 'DELETE', path: string, timeoutMs: number) {
  return new Promise<{ readonly status: number; readonly body: string }>((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const asked = request({ ...address, method, path, signal, agent: false }, (response) => {
      const chunks: string[] = [];
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: chunks.join('') }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

function reasonOf(error: unknown): string {
  const { name, code, message } = error as NodeJS.ErrnoException;
  return name === 'AbortError' || name === 'TimeoutError' ? 'time is up' : (code ?? message);
}
