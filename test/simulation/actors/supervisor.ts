import { isExpectedError } from '@virtualchain/kernel';
import { Process } from '../run/process.ts';
import type { Run } from '../run/run.ts';

/** A service of the system under test: one process after another, each started when the one before it has died. */
export interface Service {
  readonly name: string;
  process: Process;
  /** Tells the process that runs to stop by itself. */
  stop: AbortController;
  /** Not to be started until this is false again. */
  isHeld: boolean;
}

type Work = (process: Process, signal: AbortSignal) => Promise<void>;

export interface Supervisor {
  supervise(name: string, work: Work): Service;
  /** One of those that run, drawn. */
  anyRunning(pattern: RegExp): Service | undefined;
  kill(pattern: RegExp): void;
  /** The run is over: every process is killed, and lets go of what a signal holds on to. */
  close(): void;
}

export function createSupervisor(run: Run): Supervisor {
  const { random } = run;
  const services: Service[] = [];
  const stops: AbortController[] = [];
  function anyRunning(pattern: RegExp): Service | undefined {
    const running = services.filter(({ name, process }) => pattern.test(name) && process.isAlive);
    return running.length === 0 ? undefined : random.pick(running);
  }
  return {
    supervise(name, work) {
      const service = startService(run, name, (process) => {
        const stop = new AbortController();
        stops.push(stop);
        return { stop, ended: work(process, stop.signal) };
      });
      services.push(service);
      return service;
    },
    anyRunning,
    kill: (pattern) => anyRunning(pattern)?.process.kill('killed'),
    close() {
      for (const { process } of services) process.kill('the run is over');
      for (const stop of stops) stop.abort();
    },
  };
}

type Launch = (process: Process) => { readonly stop: AbortController; readonly ended: Promise<void> };

function startService({ host, journal, faults, scheduler, random }: Run, name: string, launch: Launch): Service {
  let starts = 0;
  let endsByItself = false;
  const service: Service = { name, isHeld: false, ...start() };
  return service;

  function start(): Pick<Service, 'process' | 'stop'> {
    starts += 1;
    const process = new Process(`${name}#${starts}`, host, () => {
      if (!endsByItself) journal.count('crashes');
      startSoon();
    });
    journal.trace(`${process.name} starts`);
    const { stop, ended } = launch(process);
    ended.then(
      () => end(process, null),
      (error: unknown) => end(process, error),
    );
    return { process, stop };
  }

  function startSoon(): void {
    const delayMs = faults.areOn ? random.pick([10, 500, 3_000]) * random.next() : 100;
    scheduler.after(delayMs, () => {
      if (service.isHeld) startSoon();
      else if (!service.process.isAlive) Object.assign(service, start());
    });
  }

  function end(process: Process, error: unknown): void {
    if (!process.isAlive || service.process !== process) return;
    journal.trace(`${process.name} ends ${error === null ? 'by itself' : `with ${(error as Error).name}`}`);
    if (isExpectedError(error)) journal.fail(process.name, `halted with ${error.code}: ${error.message}`);
    else if (error !== null) journal.fail(process.name, `fell: ${(error as Error).stack}`);
    endsByItself = true;
    process.kill('it ended');
    endsByItself = false;
  }
}
