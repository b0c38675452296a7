/**
 * The parent of all local servers of one run. It lives in a session of its own, so that a terminal's Ctrl-C does not
 * reach the servers, and holds a channel to the caller. When that closes, for whatever reason, kill -9 included, it
 * stops the servers and removes the directories and the containers of the run.
 *
 * `node watchdog.ts [directory to remove…]`
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, type EngineAddress } from '../containers/docker-engine.ts';
import { type Launch, type Order, type Report, type Request, runLabel } from './watchdog-protocol.ts';

const stopTimeoutMs = 8_000;
const engineTimeoutMs = 60_000;

const directories = process.argv.slice(2);
const servers = new Map<string, { readonly child: ChildProcess; readonly stopSignal: NodeJS.Signals }>();

function report(message: Report): void {
  if (process.connected) process.send?.(message);
}

async function launch(
  server: string,
  { command, args, env, cwd, logFile, stopSignal, uid, gid }: Launch,
): Promise<void> {
  if (servers.has(server)) throw new Error(`${server} is running already`);
  const log = openSync(logFile, 'a');
  const child = spawn(command, args, {
    env,
    cwd,
    stdio: ['ignore', log, log],
    detached: true,
    ...(uid === undefined || gid === undefined ? {} : { uid, gid }),
  });
  closeSync(log);
  await once(child, 'spawn');
  servers.set(server, { child, stopSignal });
  child.once('exit', (code, signal) => {
    servers.delete(server);
    report({ report: 'exited', server, exit: { code, signal } });
  });
}

async function stop(server: string): Promise<void> {
  const running = servers.get(server);
  if (running === undefined) return;
  const exited = once(running.child, 'exit');
  signal(server, 'SIGCONT'); // a frozen server cannot obey
  signal(server, running.stopSignal);
  const inTime = await Promise.race([exited.then(() => true), sleep(stopTimeoutMs, false, { ref: false })]);
  if (inTime) return;
  signal(server, 'SIGKILL');
  await exited;
}

/** Sends a signal and, if it is one that ends processes, waits until the server is gone. */
async function kill(server: string, name: NodeJS.Signals): Promise<void> {
  const running = servers.get(server);
  if (running === undefined) return;
  const exited = once(running.child, 'exit');
  signal(server, name);
  if (name === 'SIGKILL' || name === 'SIGTERM' || name === 'SIGINT') await exited;
}

function signal(server: string, name: NodeJS.Signals): void {
  const pid = servers.get(server)?.child.pid;
  if (pid === undefined) return;
  // Only a hard kill is meant for the children too: a server that stops cleanly sees to its own.
  process.kill(name === 'SIGKILL' || name === 'SIGSTOP' || name === 'SIGCONT' ? -pid : pid, name);
}

let containers: { readonly engine: EngineAddress; readonly runId: string } | undefined;

/** Removes what carries the label of the run, containers before the networks that they are on. */
async function removeContainers(): Promise<void> {
  if (containers === undefined) return;
  const { engine, runId } = containers;
  const filters = encodeURIComponent(JSON.stringify({ label: [`${runLabel}=${runId}`] }));
  for (const [list, one, flags] of [
    ['/containers/json?all=1&', '/containers', '?force=1&v=1'],
    ['/networks?', '/networks', ''],
  ] as const) {
    const { body } = await ask(engine, 'GET', `${list}filters=${filters}`, engineTimeoutMs);
    const found = JSON.parse(body) as readonly { readonly Id: string }[];
    await Promise.all(found.map(({ Id }) => ask(engine, 'DELETE', `${one}/${Id}${flags}`, engineTimeoutMs)));
  }
}

let ending: Promise<void> | undefined;

function end(): Promise<void> {
  ending ??= (async () => {
    await Promise.all([...servers.keys()].map(stop));
    await removeContainers().catch((error: unknown) => console.error('containers may be left:', error));
    await Promise.all(directories.map((path) => rm(path, { recursive: true, force: true, maxRetries: 5 })));
  })();
  return ending;
}

async function obey(order: Order): Promise<void> {
  switch (order.order) {
    case 'launch':
      if (ending !== undefined) throw new Error('the run is ending');
      return launch(order.server, order.launch);
    case 'stop':
      return stop(order.server);
    case 'kill':
      return kill(order.server, order.signal);
    case 'watch containers':
      containers = order;
      return;
    case 'end':
      return end();
  }
}

process.on('message', (request: Request) => {
  obey(request)
    .then(
      () => report({ report: 'done', id: request.id }),
      (error: unknown) => report({ report: 'failed', id: request.id, message: String(error) }),
    )
    .then(() => ending !== undefined && request.order === 'end' && process.disconnect());
});

const endAndExit = () => void end().finally(() => process.exit(0));
process.on('disconnect', endAndExit);
process.on('SIGTERM', endAndExit);
process.on('uncaughtException', (error) => {
  console.error(error);
  endAndExit();
});
