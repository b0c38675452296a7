import { join } from 'node:path';
import { cached, onPath, unpackDebian } from '@virtualchain/local';

/**
 * Prometheus's own checker of rules: the one on the PATH, else Debian's, unpacked into the cache (once, about 20 MB).
 *
 * @throws Error where there is neither.
 */
export async function promtool(): Promise<string> {
  const { env } = process;
  const here = onPath('promtool', env);
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
