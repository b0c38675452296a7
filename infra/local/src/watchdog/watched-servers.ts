import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineAddress } from '../containers/docker-engine.ts';
import type { RunDirectory } from '../run-directory.ts';
import type { Env } from '../tools/cache.ts';
import type { Exit, Launch, Order, Report } from './watchdog-protocol.ts';

/** Sources within the repository, JavaScript outside. */
const watchdogScript = fileURLToPath(new URL(`./watchdog${extname(import.meta.url)}`, import.meta.url));

/** The caller's end of the watchdog: starts and signals the servers of one run. */
export interface WatchedServers extends AsyncDisposable {
  /** Runs a server; `exited` resolves when it has ended. */
  launch(server: string, launch: Launch): Promise<{ readonly exited: Promise<Exit> }>;
  stop(server: string): Promise<void>;
  /** Sends a signal; waits until the server is gone if the signal ends processes. */
  kill(server: string, signal: NodeJS.Signals): Promise<void>;
  /** From now on the end of the run removes its containers, too. */
  watchContainers(engine: EngineAddress, runId: string): Promise<void>;
}

interface Waiting {
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

/** Starts the watchdog. The channel does not keep the caller alive: a caller that simply ends is cleaned up after. */
export async function watchServers(run: RunDirectory, env: Env): Promise<WatchedServers> {
  const watchdog = await startWatchdog(run, env);
  const waiting = new Map<number, Waiting>();
  const exits = new Map<string, (exit: Exit) => void>();
  let lastId = 0;

  watchdog.on('message', (message) => {
    const report = message as Report;
    if (report.report === 'exited') {
      exits.get(report.server)?.(report.exit);
      return;
    }
    const waiter = waiting.get(report.id);
    if (report.report === 'done') waiter?.done();
    else waiter?.failed(new Error(report.message));
  });
  watchdog.once('exit', () => {
    for (const { failed } of waiting.values()) failed(new Error('the watchdog of this run has ended'));
  });

  async function ask(order: Order): Promise<void> {
    const id = ++lastId;
    watchdog.channel?.ref();
    try {
      await new Promise<void>((done, failed) => {
        waiting.set(id, { done, failed });
        watchdog.send({ ...order, id }, (error) => error && failed(error));
      });
    } finally {
      waiting.delete(id);
      if (waiting.size === 0) watchdog.channel?.unref();
    }
  }

  return {
    async launch(server, launch) {
      const exited = new Promise<Exit>((resolve) => exits.set(server, resolve));
      await ask({ order: 'launch', server, launch });
      return { exited };
    },
    stop: (server) => ask({ order: 'stop', server }),
    kill: (server, signal) => ask({ order: 'kill', server, signal }),
    watchContainers: (engine, runId) => ask({ order: 'watch containers', engine, runId }),
    async [Symbol.asyncDispose]() {
      if (!watchdog.connected) return;
      await ask({ order: 'end' });
    },
  };
}

async function startWatchdog(run: RunDirectory, env: Env): Promise<ChildProcess> {
  const log = openSync(join(run.path, 'logs', 'watchdog.log'), 'a');
  const leftovers = env['VCHAIN_KEEP_RUNS'] === '1' ? [] : new Set([run.path, run.reachablePath]);
  const watchdog = spawn(process.execPath, [watchdogScript, ...leftovers], {
    cwd: run.path,
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  closeSync(log);
  await once(watchdog, 'spawn');
  watchdog.unref();
  watchdog.channel?.unref();
  return watchdog;
}
