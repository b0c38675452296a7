import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const repository = resolve(import.meta.dirname, '../../..');

type Names = Readonly<Record<string, string>>;

/** A `package.json`, as far as it is used here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports?: Names;
  readonly bin?: Names;
  readonly files?: readonly string[];
  readonly scripts?: Names;
  readonly dependencies?: Names;
  readonly devDependencies?: Names;
}

/** A workspace: its folder, from the root of the repository, and what its `package.json` says. */
export interface Workspace {
  readonly folder: string;
  readonly manifest: Manifest;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(repository, folder, 'package.json'), 'utf8')) as Manifest;
}

/** Every workspace of the repository. */
export function workspaces(): readonly Workspace[] {
  const { workspaces: patterns } = readManifest('.') as Manifest & { readonly workspaces: readonly string[] };
  const found = globSync(
    patterns.map((pattern) => `${pattern}/package.json`),
    { cwd: repository },
  );
  const folders = found.map((file) => file.replaceAll('\\', '/').replace(/\/package\.json$/, '')).sort();
  return folders.map((folder) => ({ folder, manifest: readManifest(folder) }));
}

/** Those that are published. */
export function publishedPackages(): readonly Workspace[] {
  return workspaces().filter(({ manifest }) => manifest.private !== true);
}

/**
 * What a package says of itself once it is built. Within the repository its doors are the sources, which Node runs as they
 * are; whoever installs it gets JavaScript and declarations, and what concerns development is left out. Where the
 * repository is, if its own `package.json` says so, is told of every package.
 */
export function publishedManifest({ folder, manifest }: Workspace): Readonly<Record<string, unknown>> {
  const { scripts: _scripts, devDependencies: _development, exports, ...rest } = manifest;
  const { repository: place, homepage, bugs } = readManifest('.') as Manifest & PlaceOfRepository;
  return {
    ...rest,
    ...(place === undefined ? {} : { repository: { ...place, directory: folder } }),
    ...(homepage === undefined ? {} : { homepage }),
    ...(bugs === undefined ? {} : { bugs }),
    exports:
      exports === undefined
        ? {}
        : Object.fromEntries(Object.entries(exports).map(([door, source]) => [door, built(source)])),
  };
}

interface PlaceOfRepository {
  readonly repository?: { readonly type: string; readonly url: string };
  readonly homepage?: string;
  readonly bugs?: string;
}

function built(source: string): Names | string {
  if (!source.startsWith('./src/')) return source;
  const module = source.replace('./src/', './dist/').replace(/\.ts$/, '');
  return { types: `${module}.d.ts`, default: `${module}.js` };
}
