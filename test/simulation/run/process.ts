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

interface Outcome {
  readonly takesEffect: boolean;
  readonly answer: 'its own' | 'none' | Error;
}

/**
 * One run of a process, from its start to its end: everything it does to the world goes through `call`, `gate` and
 * `sleep`. Once it was killed, none of them ever comes back, as after kill -9; what was on its way to a port may still
 * arrive there.
 */
export class Process {
  readonly name: string;
  readonly #host: Host;
  readonly #onDeath: () => void;
  #isAlive = true;
  #frozenUntil = 0;

  constructor(name: string, host: Host, onDeath: () => void) {
    this.name = name;
    this.#host = host;
    this.#onDeath = onDeath;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  kill(why: string): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#host.trace(`${this.name} dies: ${why}`);
    this.#onDeath();
  }

  /** SIGSTOP until that time: it receives nothing and sends nothing. */
  freeze(untilMs: number): void {
    this.#frozenUntil = Math.max(this.#frozenUntil, untilMs);
    this.#host.trace(`${this.name} is frozen until ${Math.round(untilMs)}`);
  }

  /** Hands something to the process when it next runs. */
  deliver(ms: number, work: () => void): void {
    const { scheduler, random } = this.#host;
    scheduler.after(ms, () => {
      if (!this.#isAlive) return;
      const frozenMs = this.#frozenUntil - scheduler.now();
      if (frozenMs > 0) this.deliver(frozenMs + random.around(5), work);
      else work();
    });
  }

  /** A request and its answer. The effect takes place in one piece, at one moment. */
  call<Result>(port: Port, step: string, effect: () => Result | Promise<Result>): Promise<Result> {
    const { scheduler, faults, trace } = this.#host;
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    if (!this.#isAlive) return promise;
    scheduler.after(faults.delay(port), async () => {
      const { takesEffect, answer } = this.#outcomeOf(port, step);
      const reply = (work: () => void) => this.deliver(faults.delay(port), work);
      if (answer === 'its own') trace(`${this.name} ${step}`);
      try {
        const result = takesEffect ? await effect() : null;
        if (answer === 'its own') reply(() => resolve(result as Result));
      } catch (error) {
        trace(`${this.name} ${step}: ${(error as Error).name}`);
        if (answer !== 'none') return reply(() => reject(error));
      }
      if (answer instanceof Error) reply(() => reject(answer));
    });
    return promise;
  }

  /** One way: what follows takes place at the port. */
  gate(port: Port, step: string): Promise<void> {
    const { scheduler, faults, trace } = this.#host;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (!this.#isAlive) return promise;
    scheduler.after(faults.delay(port) + Math.max(0, this.#frozenUntil - scheduler.now()), () => {
      const { takesEffect, answer } = this.#outcomeOf(port, step);
      if (answer instanceof Error) reject(answer);
      else if (takesEffect) resolve();
      if (answer === 'its own') trace(`${this.name} ${step}`);
    });
    return promise;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => {
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    this.deliver(ms, wake);
    signal?.addEventListener('abort', wake);
    if (signal?.aborted) wake();
    return promise;
  }

  /** What becomes of a step when it reaches its port. */
  #outcomeOf(port: Port, step: string): Outcome {
    const { random, faults, trace } = this.#host;
    // What a dead process sent may still arrive; nothing more reaches its own disk.
    if (!this.#isAlive) return { takesEffect: port !== 'own' && random.chance(0.5), answer: 'none' };
    if (faults.kills(this.name, step)) {
      this.kill(`at ${step}`);
      return { takesEffect: random.chance(0.5), answer: 'none' };
    }
    const error = faults.fails(port, step);
    if (error === null) return { takesEffect: true, answer: 'its own' };
    const takesEffect = random.chance(0.5);
    trace(`${this.name} ${step} ${error.name} ${takesEffect ? 'after' : 'before'} it took effect`);
    return { takesEffect, answer: error };
  }
}
