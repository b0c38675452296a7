import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Env } from '../tools/cache.ts';
import { runTool } from '../tools/tools.ts';

const runFile = promisify(execFile);

/** Where Debian keeps the keys that its suites are signed with. */
const KEYRINGS = ['pgp', 'gpg'].map((type) => `/usr/share/keyrings/debian-archive-keyring.${type}`);

/** What is installed on the system; it is only read. */
const SYSTEM_STATUS = '/var/lib/dpkg/status';

export interface DebianPackages {
  /** `sid`, `bookworm`. */
  readonly suite: string;
  readonly packages: readonly string[];
  /** Whether what they depend on is unpacked too: all of it, the C library included; what the system lacks of it; nothing. */
  readonly dependencies: 'included' | 'what the system lacks' | 'left out';
}

/**
 * Unpacks packages of Debian into the folder `root` of a directory, with apt's lists in a folder of their own: nothing is
 * installed on the system, and the suite need not be the system's.
 *
 * @throws Error when apt is missing, or has no mirror of Debian, or one that lacks a package.
 */
export async function unpackDebian(directory: string, wanted: DebianPackages, env: Env): Promise<void> {
  const apt = join(directory, 'apt');
  const archives = join(apt, 'archives');
  for (const folder of ['state', 'lists/partial', 'archives/partial'])
    await mkdir(join(apt, folder), { recursive: true });
  const keyring = KEYRINGS.find((path) => existsSync(path));
  const signed = keyring === undefined ? '' : `[signed-by=${keyring}] `;
  await writeFile(join(apt, 'sources.list'), `deb ${signed}${await debianMirror(env)} ${wanted.suite} main\n`);
  const status = wanted.dependencies === 'what the system lacks' ? SYSTEM_STATUS : join(apt, 'status');
  await writeFile(join(apt, 'status'), '');
  await writeFile(join(apt, 'apt.conf'), aptSettings(apt, status));
  const options = { cwd: archives, env: { ...env, APT_CONFIG: join(apt, 'apt.conf') } };
  await runTool('apt-get', ['-q', 'update'], options);
  const get = wanted.dependencies === 'left out' ? ['download'] : ['-y', '--download-only', 'install'];
  await runTool('apt-get', ['-q', ...get, ...wanted.packages], options);
  for (const name of await readdir(archives)) {
    if (name.endsWith('.deb'))
      await runTool('dpkg-deb', ['-x', join(archives, name), join(directory, 'root')], options);
  }
  await rm(apt, { recursive: true });
}

/**
 * The mirror of Debian that the system itself uses.
 *
 * @throws Error when there is none.
 */
export async function debianMirror(env: Env): Promise<string> {
  const args = ['indextargets', '--format', '$(ORIGIN) $(REPO_URI)', 'Created-By: Packages'];
  const { stdout } = await runFile('apt-get', args, { env: { ...env } }).catch((error: unknown) => {
    throw new Error('apt-get was not found, or does not say which mirror it uses', { cause: error });
  });
  const mirror = stdout
    .split('\n')
    .map((line) => line.slice(line.indexOf(' ') + 1))
    .find((uri) => /\/debian\/?$/.test(uri));
  if (mirror === undefined) throw new Error('apt is not set up with a mirror of Debian');
  return mirror;
}

/** Folders of its own for everything that apt reads and writes; proxies and the like stay the system's. */
function aptSettings(apt: string, status: string): string {
  const settings = {
    'Dir::State': join(apt, 'state'),
    'Dir::State::status': status,
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
