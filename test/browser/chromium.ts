import { existsSync } from 'node:fs';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join, relative } from 'node:path';
import { cached, type Env, runTool, unpackDebian } from '@virtualchain/local';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * A Chromium of this machine: the one that `VCHAIN_CHROMIUM` names, one on the PATH, else Debian's, which is fetched once and
 * unpacked into the cache folder, with what the system lacks beside it. Nothing is installed on the system.
 *
 * @throws Error where there is none: the machine is no Debian, or its mirror does not answer.
 */
export async function findChromium(env: Env): Promise<string> {
  const named = env['VCHAIN_CHROMIUM'];
  if (named) return named;
  const folders = (env['PATH'] ?? '').split(delimiter);
  const found = folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find((path) => existsSync(path));
  return found ?? debianChromium(env);
}

async function debianChromium(env: Env): Promise<string> {
  const suite = await suiteOfSystem();
  const entry = await cached(env, `chromium-debian-${suite}-${process.arch}`, async (directory) => {
    console.error(`fetching chromium of Debian ${suite} (once, about 200 MB) …`);
    await unpackDebian(directory, { suite, packages: ['chromium'], dependencies: 'what the system lacks' }, env);
    await writeWrapper(directory);
  });
  return join(entry, 'chromium');
}

/** `bookworm`, of the release that the system says it is: its libraries are those of that suite. */
async function suiteOfSystem(): Promise<string> {
  const told = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const [, suite] = /^VERSION_CODENAME="?(\w+)"?$/m.exec(told) ?? [];
  if (suite === undefined || !/^ID="?debian"?$/m.test(told))
    throw new Error('this machine has no chromium and is no Debian');
  return suite;
}

/** Starts it with the libraries that came with it before those of the system. @throws Error where it does not start */
async function writeWrapper(directory: string): Promise<void> {
  const libraries = await libraryFolders(directory);
  const script = [
    '#!/bin/sh',
    'here=$(dirname "$(readlink -f "$0")")',
    `export LD_LIBRARY_PATH="${libraries.map((folder) => `$here/${folder}`).join(':')}"`,
    'exec "$here/root/usr/lib/chromium/chromium" "$@"',
  ];
  const program = join(directory, 'chromium');
  await writeFile(program, `${script.join('\n')}\n`);
  await chmod(program, 0o755);
  await runTool(program, ['--version'], { cwd: directory, env: process.env });
}

/** Folders with libraries, from the top of the entry; some packages keep theirs below the common one. */
async function libraryFolders(directory: string): Promise<readonly string[]> {
  const root = join('root', 'usr', 'lib');
  const files = await readdir(join(directory, root), { recursive: true, withFileTypes: true });
  const folders = files
    .filter(({ name, parentPath }) => /\.so(\.\d+)*$/.test(name) && /-linux-gnu/.test(parentPath))
    .map(({ parentPath }) => relative(directory, parentPath));
  return [...new Set(folders)].sort((a, b) => a.length - b.length);
}
