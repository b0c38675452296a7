import { existsSync } from 'node:fs';
import { chmod, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExpectedError } from '@virtualchain/kernel';
import { cacheDirectory, cached, type Env } from '../tools/cache.ts';
import { type Log, runTool } from '../tools/tools.ts';
import { debianBitcoindCacheEntry } from '../tools/versions.ts';
import { unpackDebian } from './debian-packages.ts';

const SUITE = 'sid';
const PACKAGE = 'bitcoin-knots';

/** No bitcoind could be had from Debian; says why, and what else helps. */
export class BitcoindUnavailable extends ExpectedError {
  override readonly name = 'BitcoindUnavailable';
  readonly code = 'BITCOIND_UNAVAILABLE';
  readonly remedy = 'halt';

  constructor(reason: string, options?: ErrorOptions) {
    super(
      `no bitcoind can be had from Debian: ${reason}. Put one on the PATH, or name its executable in VCHAIN_BITCOIND.`,
      options,
    );
  }
}

/**
 * The executable of Debian's `bitcoin-knots`, fetched into the cache when it is not there: apt finds the package and all
 * that it needs with lists of its own, as if nothing were installed, and nothing is installed on the system.
 *
 * @throws BitcoindUnavailable
 */
export async function debianBitcoind(env: Env, log: Log): Promise<string> {
  const entry = await cached(env, debianBitcoindCacheEntry, async (directory) => {
    log(`fetching ${PACKAGE} of Debian ${SUITE} (once, about 30 MB) …`);
    try {
      await unpackDebian(directory, { suite: SUITE, packages: [PACKAGE], dependencies: 'included' }, env);
      await writeWrapper(directory);
    } catch (error) {
      throw new BitcoindUnavailable((error as Error).message, { cause: error });
    }
  });
  return join(entry, 'bitcoind');
}

/** The executable that `debianBitcoind` fetched earlier; nothing is fetched. */
export function fetchedDebianBitcoind(env: Env): string | undefined {
  const path = join(cacheDirectory(env), debianBitcoindCacheEntry, 'bitcoind');
  return existsSync(path) ? path : undefined;
}

/** Starts it with its own dynamic loader and libraries: those of the system may be years older. */
async function writeWrapper(directory: string): Promise<void> {
  const libraries = join('root', 'usr', 'lib');
  const program = join('root', 'usr', 'bin', 'bitcoind');
  const folders = await readdir(join(directory, libraries), { withFileTypes: true });
  for (const { name } of folders.filter((each) => each.isDirectory())) {
    const loader = (await readdir(join(directory, libraries, name))).find((file) => /^ld-linux.*\.so\.\d+$/.test(file));
    if (loader === undefined) continue;
    const folder = join(libraries, name);
    const script = [
      '#!/bin/sh',
      'here=$(dirname "$(readlink -f "$0")")',
      `exec "$here/${folder}/${loader}" --library-path "$here/${folder}" "$here/${program}" "$@"`,
    ];
    await writeFile(join(directory, 'bitcoind'), `${script.join('\n')}\n`);
    await chmod(join(directory, 'bitcoind'), 0o755);
    await runTool(join(directory, 'bitcoind'), ['-version'], { cwd: directory, env: process.env });
    return;
  }
  throw new Error(`${PACKAGE} came without a dynamic loader`);
}
