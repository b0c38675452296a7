import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository, where this is a source of it; a package that was installed keeps nothing beside itself. */
const repository = () =>
  import.meta.url.endsWith('.ts') ? join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..') : process.cwd();

export interface RunDirectory {
  readonly runId: string;
  readonly path: string;
  /** Where a server that refuses to be root may keep its files: `path`, unless a closed folder stands before it. */
  readonly reachablePath: string;
}

/** A fresh directory for one run, `.vchain/runs/<id>` in a folder. Ids sort by time and never repeat. */
export async function makeRunDirectory(home: string = repository()): Promise<RunDirectory> {
  const runId = `${Date.now().toString(36)}${randomBytes(3).toString('hex')}`;
  const path = join(home, '.vchain', 'runs', runId);
  await mkdir(join(path, 'logs'), { recursive: true });
  await chmod(path, 0o755);
  return { runId, path, reachablePath: await reachablePathFor(runId, path) };
}

async function reachablePathFor(runId: string, path: string): Promise<string> {
  if (process.getuid?.() !== 0 || (await isReachable(path))) return path;
  const elsewhere = await mkdtemp(join(tmpdir(), `vchain-${runId}-`));
  await chmod(elsewhere, 0o755);
  return elsewhere;
}

/** True if every user may pass through all the folders down to this one. */
export async function isReachable(folder: string): Promise<boolean> {
  for (let path = folder; ; path = dirname(path)) {
    if (((await stat(path)).mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}
