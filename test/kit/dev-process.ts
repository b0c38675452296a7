import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readlink } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LIMIT_MS = 240_000;

/** A line of `vchain dev --json`. */
export type Happened = Readonly<Record<string, unknown>> & { readonly kind: string };

/** How `vchain` is started, and with what. */
export interface DevLaunch {
  readonly folder: string;
  readonly node: string;
  /** The script of the executable. */
  readonly vchain: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly args?: readonly string[];
}

/** What a command left behind. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export async function runVchain({ node, vchain, folder, env }: DevLaunch, ...args: readonly string[]): Promise<Ended> {
  const { NODE_OPTIONS: _options, ...rest } = env;
  const silent = ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning'];
  try {
    return { code: 0, ...(await run(node, [...silent, vchain, ...args], { cwd: folder, env: rest })) };
  } catch (error) {
    const { code = 1, stdout, stderr } = error as { code?: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

/** `vchain dev` in a folder, as a person starts it, and the commands of another terminal. */
export class DevProcess implements AsyncDisposable {
  readonly happened: Happened[] = [];
  readonly #launch: DevLaunch;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #stderr = '';
  #heard = Promise.withResolvers<void>();
  #isOver = false;

  private constructor(launch: DevLaunch) {
    this.#launch = launch;
    const { node, vchain, folder, env, args = [] } = launch;
    const { NODE_OPTIONS: _options, ...rest } = env;
    this.#child = spawn(node, [vchain, 'dev', '--json', ...args], {
      cwd: folder,
      env: rest,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exited = once(this.#child, 'exit').then(() => {
      this.#isOver = true;
      this.#tell();
    });
    this.#child.stderr?.on('data', (chunk) => {
      this.#stderr += String(chunk);
    });
    if (this.#child.stdout !== null)
      createInterface({ input: this.#child.stdout }).on('line', (line) => {
        this.happened.push(JSON.parse(line) as Happened);
        this.#tell();
      });
  }

  /** Starts it, and waits until its rules are folded. */
  static async start(launch: DevLaunch): Promise<DevProcess> {
    const dev = new DevProcess(launch);
    await dev.next('ready');
    return dev;
  }

  /** The next thing of a kind that happens behind the first `from` ones. Fails with all that did where it does not come. */
  async next(kind: string, from = 0, holds: (happened: Happened) => boolean = () => true): Promise<Happened> {
    const timer = setTimeout(() => this.#heard.reject(new Error('too late')), LIMIT_MS);
    try {
      for (;;) {
        const heard = this.#heard.promise;
        const found = this.happened.slice(from).find((each) => each.kind === kind && holds(each));
        if (found !== undefined) return found;
        if (this.#isOver) throw new Error('vchain dev has ended');
        await heard;
      }
    } catch (error) {
      const all = this.happened.map((each) => JSON.stringify(each)).join('\n');
      throw new Error(`no ${kind}: ${(error as Error).message}\n${all}\n${this.#stderr}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Does something, and waits for what comes of it. */
  async after(act: () => unknown, kind: string, holds?: (happened: Happened) => boolean): Promise<Happened> {
    const from = this.happened.length;
    await act();
    return this.next(kind, from, holds);
  }

  /** A command of another terminal in the same folder. */
  vchain(...args: readonly string[]): Promise<Ended> {
    return runVchain(this.#launch, ...args);
  }

  /** The last line of JSON of a command that goes well. */
  async answer(...args: readonly string[]) {
    const { code, stdout, stderr } = await this.vchain(...args, '--json');
    if (code !== 0) throw new Error(`vchain ${args.join(' ')}: ${code}\n${stdout}\n${stderr}`);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    this.#child.kill(signal);
    await this.#exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGINT');
  }

  #tell(): void {
    const heard = this.#heard;
    this.#heard = Promise.withResolvers();
    heard.resolve();
  }
}

/** Processes whose working folder is `folder`; on Linux. */
export async function processesIn(folder: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')));
  return pids.filter((_pid, index) => folders[index] === folder);
}
