import { join } from 'node:path';
import { cacheDirectory, cached, type Env } from './cache.ts';
import { isExecutable, onPath } from './on-path.ts';
import { type Log, runTool } from './tools.ts';
import { helmCacheEntry, helmVersion } from './versions.ts';

/** A helm that can be run without building one: on the PATH, or built before. */
export function findHelm(env: Env): string | undefined {
  const built = join(cacheDirectory(env), helmCacheEntry, 'helm');
  return onPath('helm', env) ?? (isExecutable(built) ? built : undefined);
}

/** The path of helm, built with Go where there is none. */
export async function provideHelm(env: Env, log: Log): Promise<string> {
  const found = findHelm(env);
  if (found !== undefined) return found;
  const entry = await cached(env, helmCacheEntry, async (directory) => {
    log(`building helm ${helmVersion} with Go (once, some minutes) …`);
    await runTool('go', ['install', `helm.sh/helm/v3/cmd/helm@v${helmVersion}`], {
      cwd: directory,
      env: { ...env, GOBIN: directory, GOFLAGS: '', CGO_ENABLED: '0' },
    });
  });
  return join(entry, 'helm');
}
