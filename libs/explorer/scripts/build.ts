/**
 * Builds the page with Vite and prints the folder that it is in, `.vchain/explorer` of the repository and a hash of its sources
 * below: `node libs/explorer/scripts/build.ts`. What is there already is not built again.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { buildInto } from './build-page.ts';

const repository = resolve(import.meta.dirname, '../../..');
const builds = join(repository, '.vchain', 'explorer');
/** Builds of older sources are kept so long: a gateway that runs may not have read its page yet. */
const KEPT_MS = 24 * 60 * 60_000;

/** What the page is made of: its own sources, those of the libraries in it, and the versions of what builds it. */
function hashOfSources(): string {
  const patterns = [
    'libs/explorer/package.json',
    'libs/explorer/{page,scripts}/**',
    'libs/{bitcoin,kernel}/src/**/*.ts',
  ];
  const files = globSync(patterns, { cwd: repository, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256');
  for (const file of files)
    hash.update(relative(repository, file)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex').slice(0, 16);
}

/** Appears whole or not at all, also where two build at once. */
async function buildKept(): Promise<string> {
  const folder = join(builds, hashOfSources());
  if (existsSync(folder)) return folder;
  await mkdir(builds, { recursive: true });
  const draft = await mkdtemp(join(builds, '.draft-'));
  try {
    await buildInto(draft);
    await chmod(draft, 0o755); // whoever runs the gateway reads it
    await rename(draft, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  await removeOld(folder);
  return folder;
}

async function removeOld(newest: string): Promise<void> {
  for (const name of await readdir(builds)) {
    const path = join(builds, name);
    const info = await stat(path).catch(() => undefined);
    if (path !== newest && info !== undefined && Date.now() - info.mtimeMs > KEPT_MS)
      await rm(path, { recursive: true, force: true });
  }
}

try {
  console.log(await buildKept());
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
