import type { Random } from '../random.ts';
import type { Scheduler } from './scheduler.ts';

export type Port = 'node' | 'log' | 'db' | 'election' | 'own';

/** What the ports of a process ask before each step. */
export interface PortFaults {
  /** The error with which this step fails, if it does. */
  fails(port: Port, step: string): Error | null;
  /** Whether the process dies at this very step. */
  kills(process: string, step: string): boolean;
  /** One way of the network, in milliseconds. */
  delay(port: Port): number;
}

export interface Host {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faults: PortFaults;
  trace(line: string): void;
}

/**
 * One run of a process, from its start to its end: everything it does to the world goes through `call`, `gate` and `sleep`. Once it was killed,
 * none of them ever comes back, as after kill -9; what was on its way to a port may still arrive there.
 */
export interface Process {
  readonly name: string;
  readonly isAlive: boolean;
  /** A request and its answer. The effect takes place in one piece, at one moment. */
  call<Result>(port: Port, step: string, effect: () => Result | Promise<Result>): Promise<Result>;
  /** One way: what follows takes place at the port. */
  gate(port: Port, step: string): Promise<void>;
  /** Hands something to the process when it next runs. */
  deliver(ms: number, work: () => void): void;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  kill(why: string): void;
  /** SIGSTOP until that time: it receives nothing and sends nothing. */
  freeze(untilMs: number): void;
}

interface Outcome {
  readonly takesEffect: boolean;
  readonly answer: 'its own' | 'none' | Error;
}

export function createProcess(name: string, { scheduler, random, faults, trace }: Host, onDeath: () => void): Process {
  let isAlive = true;
  let frozenUntil = 0;

  function kill(why: string): void {
    if (!isAlive) return;
    isAlive = false;
    trace(`${name} dies: ${why}`);
    onDeath();
  }

  function deliver(ms: number, work: () => void): void {
    scheduler.after(ms, () => {
      if (!isAlive) return;
      if (frozenUntil > scheduler.now()) deliver(frozenUntil - scheduler.now() + random.around(5), work);
      else work();
    });
  }

  /** What becomes of a step when it reaches its port. */
  function outcomeOf(port: Port, step: string): Outcome {
    // What a dead process sent may still arrive; nothing more reaches its own disk.
    if (!isAlive) return { takesEffect: port !== 'own' && random.chance(0.5), answer: 'none' };
    if (faults.kills(name, step)) {
      kill(`at ${step}`);
      return { takesEffect: random.chance(0.5), answer: 'none' };
    }
    const error = faults.fails(port, step);
    if (error === null) return { takesEffect: true, answer: 'its own' };
    const takesEffect = random.chance(0.5);
    trace(`${name} ${step} ${error.name} ${takesEffect ? 'after' : 'before'} it took effect`);
    return { takesEffect, answer: error };
  }

  function call<Result>(port: Port, step: string, effect: () => Result | Promise<Result>): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    if (!isAlive) return promise;
    scheduler.after(faults.delay(port), async () => {
      const { takesEffect, answer } = outcomeOf(port, step);
      const reply = (work: () => void) => deliver(faults.delay(port), work);
      if (answer === 'its own') trace(`${name} ${step}`);
      try {
        const result = takesEffect ? await effect() : null;
        if (answer === 'its own') reply(() => resolve(result as Result));
      } catch (error) {
        trace(`${name} ${step}: ${(error as Error).name}`);
        if (answer !== 'none') return reply(() => reject(error));
      }
      if (answer instanceof Error) reply(() => reject(answer));
    });
    return promise;
  }

  function gate(port: Port, step: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (!isAlive) return promise;
    scheduler.after(faults.delay(port) + Math.max(0, frozenUntil - scheduler.now()), () => {
      const { takesEffect, answer } = outcomeOf(port, step);
      if (answer instanceof Error) reject(answer);
      else if (takesEffect) resolve();
      if (answer === 'its own') trace(`${name} ${step}`);
    });
    return promise;
  }

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => {
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    deliver(ms, wake);
    signal?.addEventListener('abort', wake);
    if (signal?.aborted) wake();
    return promise;
  }

  return {
    name,
    get isAlive() {
      return isAlive;
    },
    kill,
    deliver,
    freeze(untilMs) {
      frozenUntil = Math.max(frozenUntil, untilMs);
      trace(`${name} is frozen until ${Math.round(untilMs)}`);
    },
    call,
    gate,
    sleep,
  };
}
