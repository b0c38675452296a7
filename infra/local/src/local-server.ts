import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExpectedError } from '@virtualchain/kernel';
import type { Part } from './part.ts';
import type { Exit, Launch } from './watchdog/watchdog-protocol.ts';
import type { WatchedServers } from './watchdog/watched-servers.ts';

/** For a server that hangs, not for a slow machine: starting all of them takes seconds on a quiet one. */
const startTimeoutMs = 300_000;
const probePollMs = 50;
const portAttemptsMax = 4;
const logTailLines = 30;

/** A server of ours: how to run it, and how to tell that it serves. */
export interface LocalServerPlan {
  readonly name: string;
  readonly launch: Launch;
  /** Resolves when a real client is served; rejects as long as none is. */
  readonly probe: () => Promise<void>;
}

/** The running server, without an address: the part it becomes adds that. */
export type LocalServer = Pick<Part, 'start' | 'stop' | 'restart' | 'kill'>;

/** The server ended before it served anybody; the end of its log is in the message. */
class ServerEnded extends ExpectedError {
  override readonly name = 'ServerEnded';
  readonly code = 'SERVER_ENDED';
  readonly remedy = 'halt';
  readonly log: string;

  constructor(plan: LocalServerPlan, exit: Exit, log: string) {
    super(`${plan.name} ended (${exit.signal ?? `exit code ${exit.code}`}) before it was ready:\n${log}`);
    this.log = log;
  }

  /** Another process took the port between our look and the server's bind. */
  get isPortTaken(): boolean {
    return /address (already )?in use|could not bind|unable to (bind|listen)|binding rpc on address|BindException/i.test(
      this.log,
    );
  }

  /** The one before was killed, and it, or its last children, are not quite gone yet. */
  get isStillHeld(): boolean {
    return /shared memory block|lock file .* already exists|cannot obtain a lock/i.test(this.log);
  }
}

/** The server runs, and serves nobody; the end of its log is in the message. */
class ServerNotReady extends ExpectedError {
  override readonly name = 'ServerNotReady';
  readonly code = 'SERVER_NOT_READY';
  readonly remedy = 'retry';

  constructor(name: string, cause: unknown, log: string) {
    super(`${name} was not ready within ${startTimeoutMs / 1_000} s (${cause}). Its log ends with:\n${log}`, { cause });
  }
}

/** Plans and starts a server, with other ports if somebody else was quicker. */
export async function startOnFreePorts<Plan extends LocalServerPlan>(
  servers: WatchedServers,
  plan: () => Promise<Plan>,
): Promise<{ readonly plan: Plan; readonly server: LocalServer }> {
  for (let attempt = 1; ; attempt++) {
    const current = await plan();
    const server = localServer(servers, current);
    try {
      await server.start();
      return { plan: current, server };
    } catch (error) {
      const again = error instanceof ServerEnded && error.isPortTaken && attempt < portAttemptsMax;
      if (!again) throw error;
    }
  }
}

function localServer(servers: WatchedServers, plan: LocalServerPlan): LocalServer {
  const { name } = plan;
  let running: Promise<Exit> | undefined;

  async function start(): Promise<void> {
    if (running !== undefined) throw new Error(`${name} is running already`);
    const deadline = Date.now() + startTimeoutMs;
    for (;;) {
      try {
        return await startOnce(deadline);
      } catch (error) {
        if (!(error instanceof ServerEnded && error.isStillHeld) || Date.now() > deadline) throw error;
        await sleep(probePollMs);
      }
    }
  }

  async function startOnce(deadline: number): Promise<void> {
    const logStart = (await readLog()).length;
    const { exited } = await servers.launch(name, plan.launch);
    running = exited;
    let ended: Exit | undefined;
    void exited.then((exit) => {
      ended = exit;
      running = undefined;
    });
    let lastError: unknown;
    while (Date.now() < deadline) {
      if (ended !== undefined) throw new ServerEnded(plan, ended, tail((await readLog()).slice(logStart)));
      try {
        return await plan.probe();
      } catch (error) {
        lastError = error;
        await sleep(probePollMs);
      }
    }
    await kill('SIGKILL');
    throw new ServerNotReady(name, lastError, tail(await readLog()));
  }

  async function stop(): Promise<void> {
    await servers.stop(name);
  }

  async function kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await servers.kill(name, signal);
  }

  const readLog = () => readFile(plan.launch.logFile, 'utf8').catch(() => '');
  return {
    start,
    stop,
    kill,
    async restart() {
      await stop();
      await start();
    },
  };
}

function tail(log: string): string {
  return log.trimEnd().split('\n').slice(-logTailLines).join('\n');
}
