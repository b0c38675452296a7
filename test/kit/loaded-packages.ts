import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/** Writes down every module that a process loads, when it ends. */
const WATCH = `
  import { appendFileSync } from 'node:fs';
  import { registerHooks } from 'node:module';
  registerHooks({
    load(url, context, next) {
      appendFileSync(process.env.LOADED_MODULES, process.pid + ' ' + url + '\\n');
      return next(url, context);
    },
  });`;

/** What a script of Node loads, and in how many processes of Node. */
export interface Loaded {
  /** By name those of others, by folder those of this repository, and the modules of Node itself as `node:…`. Sorted. */
  readonly packages: readonly string[];
  readonly processes: number;
  readonly stdout: string;
}

export async function loadedPackages(
  root: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Loaded> {
  const folder = await mkdtemp(join(tmpdir(), 'vchain-loaded-'));
  try {
    const list = join(folder, 'modules');
    await writeFile(join(folder, 'watch.mjs'), WATCH);
    const watching = {
      NODE_OPTIONS: `--import=${pathToFileURL(join(folder, 'watch.mjs')).href}`,
      LOADED_MODULES: list,
    };
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: root,
      env: { PATH: process.env['PATH'], HOME: folder, ...env, ...watching },
    });
    const lines = (await readFile(list, 'utf8')).trim().split('\n');
    const loaded = lines.map((line) => line.split(' ') as [pid: string, url: string]);
    return {
      packages: [...new Set(loaded.map(([, url]) => packageOf(url)))].sort(),
      processes: new Set(loaded.map(([pid]) => pid)).size,
      stdout,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function packageOf(url: string): string {
  if (url.startsWith('node:')) return url;
  const inPackages = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  return inPackages ?? /\/((?:libs|services)\/(?:machines\/)?[^/]+)\//.exec(url)?.[1] ?? url;
}
