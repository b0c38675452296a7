import { readFile } from 'node:fs/promises';
import type { RunningProcess } from '@virtualchain/local';

export interface Death {
  /** What ended it. */
  readonly signal: string | null;
  /** Its last words name the failpoint. */
  readonly saidWhere: boolean;
}

/** A process that is to die at a failpoint, and to be started again without. */
export class Victim {
  readonly point: string;
  /** `VCHAIN_FAILPOINT`, as it is armed. */
  readonly armedAs: string;
  death: Death | null = null;
  isRunning = false;
  readonly #launch: (settings: Readonly<Record<string, string>>) => Promise<RunningProcess>;
  #process: RunningProcess | null = null;

  constructor(
    point: string,
    nth: number,
    launch: (settings: Readonly<Record<string, string>>) => Promise<RunningProcess>,
  ) {
    this.point = point;
    this.armedAs = `${point}:${nth}`;
    this.#launch = launch;
  }

  async startArmed(): Promise<void> {
    const { exited, logFile } = await this.#start({ VCHAIN_FAILPOINT: this.armedAs });
    exited.then(async ({ signal }) => {
      const log = await readFile(logFile, 'utf8');
      this.death = { signal, saidWhere: log.includes(`killed at failpoint ${this.armedAs}`) };
      this.isRunning = false; // last: whoever waits for the death looks at it then
    });
  }

  async restart(): Promise<void> {
    if (this.isRunning) throw new Error(`${this.armedAs} did not die`);
    await this.#start({});
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
    this.isRunning = false;
  }

  async #start(settings: Readonly<Record<string, string>>): Promise<RunningProcess> {
    this.#process = await this.#launch(settings);
    this.isRunning = true;
    return this.#process;
  }
}
