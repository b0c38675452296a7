import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ExpectedError } from '@virtualchain/bitcoin';
import { cacheDirectory, cached, type Env } from './cache.ts';
import { type Log, runTool } from './tools.ts';
import { debianBitcoindCacheEntry } from './versions.ts';

const runFile = promisify(execFile);

const SUITE = 'sid';
const PACKAGE = 'bitcoin-knots';
/** Where Debian keeps the keys that its suites are signed with. */
const KEYRINGS = ['pgp', 'gpg'].map((type) => `/usr/share/keyrings/debian-archive-keyring.${type}`);

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
    const mirror = await mirrorOf(env);
    log(`fetching ${PACKAGE} of Debian ${SUITE} (once, about 30 MB) …`);
    try {
      await unpack(directory, mirror, env);
      await writeWrapper(directory);
    } catch (error) {
      throw error instanceof BitcoindUnavailable
        ? error
        : new BitcoindUnavailable((error as Error).message, { cause: error });
    }
  });
  return join(entry, 'bitcoind');
}

/** The executable that `debianBitcoind` fetched earlier; nothing is fetched. */
export function fetchedDebianBitcoind(env: Env): string | undefined {
  const path = join(cacheDirectory(env), debianBitcoindCacheEntry, 'bitcoind');
  return existsSync(path) ? path : undefined;
}

/** The mirror of Debian that the system itself uses. */
async function mirrorOf(env: Env): Promise<string> {
  const args = ['indextargets', '--format', '$(ORIGIN) $(REPO_URI)', 'Created-By: Packages'];
  const { stdout } = await runFile('apt-get', args, { env: { ...env } }).catch((error: unknown) => {
    throw new BitcoindUnavailable('apt-get was not found, or does not say which mirror it uses', { cause: error });
  });
  const mirror = stdout
    .split('\n')
    .map((line) => line.slice(line.indexOf(' ') + 1))
    .find((uri) => /\/debian\/?$/.test(uri));
  if (mirror === undefined) throw new BitcoindUnavailable('apt is not set up with a mirror of Debian');
  return mirror;
}

async function unpack(directory: string, mirror: string, env: Env): Promise<void> {
  const apt = join(directory, 'apt');
  const archives = join(apt, 'archives');
  for (const folder of ['state', 'lists/partial', 'archives/partial'])
    await mkdir(join(apt, folder), { recursive: true });
  const keyring = KEYRINGS.find((path) => existsSync(path));
  const signed = keyring === undefined ? '' : `[signed-by=${keyring}] `;
  await writeFile(join(apt, 'sources.list'), `deb ${signed}${mirror} ${SUITE} main\n`);
  await writeFile(join(apt, 'status'), '');
  await writeFile(join(apt, 'apt.conf'), aptSettings(apt));
  const options = { cwd: directory, env: { ...env, APT_CONFIG: join(apt, 'apt.conf') } };
  await runTool('apt-get', ['-q', 'update'], options);
  await runTool('apt-get', ['-q', '-y', '--download-only', 'install', PACKAGE], options);
  for (const name of await readdir(archives)) {
    if (name.endsWith('.deb'))
      await runTool('dpkg-deb', ['-x', join(archives, name), join(directory, 'root')], options);
  }
  await rm(apt, { recursive: true });
}

/** Folders of its own for everything that apt reads and writes; proxies and the like stay the system's. */
function aptSettings(apt: string): string {
  const settings = {
    'Dir::State': join(apt, 'state'),
    'Dir::State::status': join(apt, 'status'),
    'Dir::State::lists': join(apt, 'lists'),
    'Dir::Cache': apt,
    'Dir::Cache::archives': join(apt, 'archives'),
    'Dir::Etc::sourcelist': join(apt, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'APT::Install-Recommends': 'false',
    'APT::Sandbox::User': 'root', // the folders of this run are not open to apt's own user
    'Acquire::Languages': 'none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '30',
    'Acquire::https::Timeout': '30',
    'Debug::NoLocking': 'true',
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} "${value}";\n`)
    .join('');
}

/** Starts it with its own dynamic loader and libraries: those of the system may be years older. */
async function writeWrapper(directory: string): Promise<void> {
  const libraries = join('root', 'usr', 'lib');
  const folders = await readdir(join(directory, libraries), { withFileTypes: true });
  for (const { name } of folders.filter((each) => each.isDirectory())) {
    const loader = (await readdir(join(directory, libraries, name))).find((file) => /^ld-linux.*\.so\.\d+$/.test(file));
    if (loader === undefined) continue;
    const folder = join(libraries, name);
    const script = [
      '#!/bin/sh',
      'here=$(dirname "$(readlink -f "$0")")',
      `exec "$here/${folder}/${loader}" --library-path "$here/${folder}" "$here/root/usr/bin/bitcoind" "$@"`,
    ];
    await writeFile(join(directory, 'bitcoind'), `${script.join('\n')}\n`);
    await chmod(join(directory, 'bitcoind'), 0o755);
    await runTool(join(directory, 'bitcoind'), ['-version'], { cwd: directory, env: process.env });
    return;
  }
  throw new Error(`${PACKAGE} came without a dynamic loader`);
}
