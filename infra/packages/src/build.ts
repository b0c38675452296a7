import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { publishedManifest, repository, type Workspace } from './published.ts';

/** Compiles the sources of all packages, each to `<into>/<folder>/src`. @throws where types do not fit */
export function compile(into: string): void {
  const tsc = join(repository, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', join(repository, 'infra/packages'), '--outDir', into], {
    stdio: 'inherit',
  });
}

/**
 * Writes what is published of a package to `target`: JavaScript, declarations and source maps in `dist`, its README and the
 * licence, and the `package.json` that names them. `compiled` is what `compile` wrote to.
 */
export function stage(one: Workspace, compiled: string, target: string): void {
  stageDist(one, compiled, join(target, 'dist'));
  const from = join(repository, one.folder);
  for (const kept of one.manifest.files?.filter((name) => name !== 'dist') ?? [])
    cpSync(join(from, kept), join(target, kept), { recursive: true });
  cpSync(join(from, 'README.md'), join(target, 'README.md'));
  cpSync(join(repository, 'LICENSE'), join(target, 'LICENSE'));
  writeFileSync(join(target, 'package.json'), manifestText(one));
}

export function manifestText(one: Workspace): string {
  return `${JSON.stringify(publishedManifest(one), null, 2)}\n`;
}

/**
 * The compiled files of a package, as they are published. Declarations are for packages that have a door. What else there is
 * to build its script `add-to-dist.ts` adds.
 */
export function stageDist({ folder, manifest }: Workspace, compiled: string, dist: string): void {
  rmSync(dist, { recursive: true, force: true });
  const from = join(compiled, folder, 'src');
  for (const file of readdirSync(from, { recursive: true, encoding: 'utf8' })) {
    const isDeclaration = file.endsWith('.d.ts');
    if (!(isDeclaration ? manifest.exports !== undefined : /\.js(\.map)?$/.test(file))) continue;
    const text = readFileSync(join(from, file), 'utf8');
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    const published = isDeclaration ? importingJavaScript(text) : file.endsWith('.map') ? mapOf(text, file) : text;
    writeFileSync(join(dist, file), published);
  }
  const more = join(repository, folder, 'scripts/add-to-dist.ts');
  if (existsSync(more)) execFileSync(process.execPath, [more, dist], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** The compiler writes `.js` for `.ts` into modules, and leaves the declarations as they were. */
function importingJavaScript(declarations: string): string {
  return declarations.replaceAll(/((?:from|import)\s*\(?\s*['"]\.{1,2}\/[^'"]*)\.ts(['"])/g, '$1.js$2');
}

/** The source is in the map; where it lies in the repository is said from the package's folder. */
function mapOf(text: string, file: string): string {
  const map = JSON.parse(text) as { sources: readonly string[] };
  const source = file.replaceAll('\\', '/').replace(/\.js\.map$/, '.ts');
  const up = relative(dirname(file), '.').replaceAll('\\', '/');
  return JSON.stringify({ ...map, sources: [`${up === '' ? '' : `${up}/`}../src/${source}`] });
}
