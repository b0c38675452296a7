import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Variables of an environment. */
export type Env = Readonly<Record<string, string | undefined>>;

const lockPollMs = 200;

/** Where downloads are kept between runs. Every entry is named with its version and is never changed once it is there. */
export function cacheDirectory(env: Env): string {
  return env['VCHAIN_CACHE'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'virtualchain');
}

export function isCached(env: Env, entry: string): boolean {
  return existsSync(join(cacheDirectory(env), entry));
}

/**
 * The path of a cache entry, made by `fill` if it is not there yet. An entry appears whole or not at all: it is filled
 * beside its place and renamed. The lock only saves parallel runs from doing the same work twice.
 */
export async function cached(env: Env, entry: string, fill: (directory: string) => Promise<void>): Promise<string> {
  const cache = cacheDirectory(env);
  const path = join(cache, entry);
  if (existsSync(path)) return path;
  await mkdir(cache, { recursive: true });
  await using _lock = await lock(join(cache, `${entry}.lock`));
  if (existsSync(path)) return path;
  const draft = await mkdtemp(join(cache, `.${entry}-`));
  try {
    await fill(draft);
    await rename(draft, path).catch((error: unknown) => {
      if (!existsSync(path)) throw error; // else: somebody else was first, and an entry is as good as any other
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return path;
}

async function lock(path: string): Promise<AsyncDisposable> {
  for (;;) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(`${process.pid}`);
      await file.close();
      return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    if (holder > 0 && !isAlive(holder)) await rm(path, { force: true });
    else await sleep(lockPollMs);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
