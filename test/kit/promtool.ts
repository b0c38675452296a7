import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cached, unpackDebian } from '@virtualchain/local';

/**
 * Prometheus's own checker of rules: the one on the PATH, else Debian's, unpacked into the cache (once, about 20 MB).
 *
 * @throws Error where there is neither.
 */
export async function promtool(): Promise<string> {
  const { env } = process;
  const found = (env['PATH'] ?? '').split(':').map((folder) => join(folder, 'promtool'));
  const here = found.find((path) => existsSync(path));
  if (here !== undefined) return here;
  const entry = await cached(env, `promtool-debian-${process.arch}`, async (directory) => {
    try {
      await unpackDebian(directory, { suite: 'bookworm', packages: ['prometheus'], dependencies: 'left out' }, env);
    } catch (cause) {
      throw new Error('the rules of alerts are checked by promtool: put it on the PATH (it comes with Prometheus)', {
        cause,
      });
    }
  });
  return join(entry, 'root/usr/bin/promtool');
}
