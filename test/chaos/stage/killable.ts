/** Something that runs, and that troubles may come over. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningProcess } from '@virtualchain/local';

/** As a supervisor waits before it starts again what has ended by itself. */
const RESTART_AFTER_MS = 300;

/** What a process did, apart from what was done to it. */
export interface OwnExit {
  readonly name: string;
  readonly logFile: string;
  readonly how: string;
}

interface KillableOptions {
  readonly start: () => Promise<RunningProcess>;
  /** Resolves when it serves; nothing to wait for when absent. */
  readonly isServing?: () => Promise<void>;
  /** Called when it ended without being told to; it is started again. */
  readonly onOwnExit?: (exit: OwnExit) => void;
}

/** What troubles may do to a process or a server. */
export interface Victim {
  /** `kill -9`; it stays down until it is started. */
  kill(): Promise<void>;
  start(): Promise<void>;
  freeze(): Promise<void>;
  thaw(): Promise<void>;
}

/** A process that a supervisor starts again whenever it ends, and that can be killed and frozen. */
export class Killable implements Victim {
  readonly #options: KillableOptions;
  #process: RunningProcess | null = null;
  /** Settles when what was asked before is done: there is never more than one of it. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: KillableOptions) {
    this.#options = options;
  }

  start(): Promise<void> {
    return this.#inTurn(() => this.#launch());
  }

  kill(): Promise<void> {
    return this.#inTurn(() => this.#let((go) => go.kill('SIGKILL')));
  }

  /** Ends it as an operator would. */
  stop(): Promise<void> {
    return this.#inTurn(() => this.#let((go) => go.stop()));
  }

  /** From now on it is left to whoever ends the run. */
  retire(): void {
    this.#process = null;
  }

  async freeze(): Promise<void> {
    await this.#process?.kill('SIGSTOP');
  }

  async thaw(): Promise<void> {
    await this.#process?.kill('SIGCONT');
  }

  async #launch(): Promise<void> {
    const process = await this.#options.start();
    this.#process = process;
    void process.exited.then(({ code, signal }) => this.#ended(process, String(signal ?? code)));
    await this.#options.isServing?.();
  }

  async #let(end: (process: RunningProcess) => Promise<void>): Promise<void> {
    const process = this.#process;
    this.#process = null;
    if (process !== null) await end(process);
  }

  async #ended(process: RunningProcess, how: string): Promise<void> {
    if (this.#process !== process) return;
    this.#options.onOwnExit?.({ name: process.name, logFile: process.logFile, how });
    await sleep(RESTART_AFTER_MS);
    await this.#inTurn(async () => {
      if (this.#process === process) await this.#launch();
    });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
