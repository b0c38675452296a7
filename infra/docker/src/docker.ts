import { execFile } from 'node:child_process';
import type { Env } from '@virtualchain/local';

const outputBytesMax = 64 * 1024 * 1024;
const lastLines = 40;

export interface DockerResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The docker command line on one engine. */
export interface Docker {
  /** What it printed on standard output. @throws Error with the end of its output when it fails. */
  run(args: readonly string[], options?: DockerOptions): Promise<string>;
  /** How it ended, whatever that was. */
  try(args: readonly string[], options?: DockerOptions): Promise<DockerResult>;
}

export interface DockerOptions {
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Env;
  readonly timeoutMs?: number;
  readonly input?: string;
}

const timeoutMsDefault = 15 * 60_000;

/** @param env says where the engine is, in `DOCKER_HOST`, and where its plugins are, in `DOCKER_CONFIG`. */
export function dockerWith(command: string, env: Env): Docker {
  const attempt = (args: readonly string[], options: DockerOptions = {}): Promise<DockerResult> =>
    new Promise((resolve, reject) => {
      const child = execFile(
        command,
        [...args],
        {
          ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
          env: { ...env, ...options.env },
          timeout: options.timeoutMs ?? timeoutMsDefault,
          maxBuffer: outputBytesMax,
        },
        (error, stdout, stderr) => {
          if (error !== null && typeof error.code !== 'number' && error.killed !== true) reject(error);
          else resolve({ code: error === null ? 0 : Number(error.code ?? 124), stdout, stderr });
        },
      );
      child.stdin?.end(options.input);
    });
  return {
    try: attempt,
    async run(args, options) {
      const { code, stdout, stderr } = await attempt(args, options);
      if (code === 0) return stdout;
      const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-lastLines).join('\n');
      throw new Error(`docker ${args.join(' ')} ended with ${code}:\n${said}`);
    },
  };
}
