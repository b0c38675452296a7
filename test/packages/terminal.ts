import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const runFile = promisify(execFile);

/** Places that a page names, and where they are in a test. */
export type Places = Readonly<Record<string, string>>;

/** What a command left behind. */
export interface Typed {
  readonly code: number;
  /** Standard output and error, as they came. */
  readonly output: string;
}

/** The registry is not asked for what npm has fetched before, nor for what it thinks of it. */
const NPM = { npm_config_prefer_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' };

/** Types lines of a page into a shell, as its reader would; folders that the page names may lie elsewhere. */
export class Terminal implements AsyncDisposable {
  readonly #places: Places;
  readonly #running: ChildProcess[] = [];
  cwd: string;

  constructor(cwd: string, places: Places) {
    this.cwd = cwd;
    this.#places = places;
  }

  /** A line as it is typed here. */
  #placed(line: string): string {
    return Object.entries(this.#places).reduce((text, [named, place]) => text.replaceAll(named, place), line);
  }

  get #env(): NodeJS.ProcessEnv {
    const others = Object.entries(process.env).filter(
      ([name]) => !/^(VCHAIN_|NODE_OPTIONS|NODE_COMPILE_CACHE|npm_)/.test(name),
    );
    // The Node that runs the tests, before any other.
    return { ...Object.fromEntries(others), ...NPM, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` };
  }

  /** Types each line of a block, `cd` included. @returns what the last one left behind */
  async type(block: string): Promise<Typed> {
    let last: Typed = { code: 0, output: '' };
    for (const line of block.trim().split('\n')) {
      const [, folder] = /^cd (.+)$/.exec(line) ?? [];
      if (folder !== undefined) this.cwd = this.#placed(folder);
      else last = await this.#run(this.#placed(line));
    }
    return last;
  }

  async #run(line: string): Promise<Typed> {
    const options = { cwd: this.cwd, env: this.#env, maxBuffer: 64 * 1024 * 1024 };
    return runFile('sh', ['-c', `${line} 2>&1`], options).then(
      ({ stdout }) => ({ code: 0, output: stdout }),
      (error: { code?: number; stdout?: string }) => ({ code: error.code ?? -1, output: error.stdout ?? '' }),
    );
  }

  /** Starts a line that goes on until it is ended. */
  start(line: string): Running {
    const child = spawn('sh', ['-c', this.#placed(line)], { cwd: this.cwd, env: this.#env, detached: true });
    this.#running.push(child);
    return new Running(child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#running.map(ended));
  }
}

/** SIGINT to all that the line started, as a terminal sends it at Ctrl-C, and the end. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  process.kill(-child.pid, 'SIGINT');
  await closed;
}

/** A command that goes on, and what it has printed so far. */
export class Running {
  readonly #child: ChildProcess;
  #output = '';
  #read = 0;
  #news = Promise.withResolvers<void>();

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        this.#output += String(chunk);
        this.#news.resolve();
      });
    child.on('exit', () => this.#news.resolve());
  }

  /** What it prints from the last such call on, up to and with a line that matches; waits for it. */
  async until(pattern: RegExp, limitMs = 120_000): Promise<string> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const fresh = this.#output.slice(this.#read);
      const found = new RegExp(`^.*(?:${pattern.source}).*\n`, `${pattern.flags}m`).exec(fresh);
      if (found !== null) {
        this.#read += found.index + found[0].length;
        return fresh.slice(0, found.index + found[0].length);
      }
      if (this.#child.exitCode !== null || performance.now() > deadline)
        throw new Error(`${pattern} was not printed: ${this.#output}`);
      this.#news = Promise.withResolvers();
      await Promise.race([this.#news.promise, new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
    }
  }

  /** Ctrl-C, and the end of all that it started. */
  end(): Promise<void> {
    return ended(this.#child);
  }
}
