import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import type { Mutant } from './mutant.ts';

const root = resolve(import.meta.dirname, '../..');
const SOURCES = ['libs', 'services', 'infra', 'test', 'jest.config.mjs', 'package.json', 'tsconfig.json'];
const OURS = '@virtualchain';

/** The sources once more, where they can be broken: packages of others are linked, ours lead into the copy. */
export interface WorkingCopy extends AsyncDisposable {
  readonly path: string;
  apply(mutant: Mutant): Promise<void>;
  restore(mutant: Mutant): Promise<void>;
}

/** Makes a copy in `.vchain`, which no tool of the repository looks into. */
export async function makeWorkingCopy(): Promise<WorkingCopy> {
  const folder = join(root, '.vchain');
  await mkdir(folder, { recursive: true });
  const path = await mkdtemp(join(folder, 'mutants-'));
  const isSource = (file: string): boolean => !['node_modules', '.vchain', '.git'].includes(basename(file));
  for (const name of SOURCES) await cp(join(root, name), join(path, name), { recursive: true, filter: isSource });
  await linkPackages(path);
  return {
    path,
    async apply(mutant) {
      await writeFile(join(path, mutant.file), mutated(mutant, await readFile(join(root, mutant.file), 'utf8')));
    },
    restore: ({ file }) => cp(join(root, file), join(path, file)),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

async function linkPackages(copy: string): Promise<void> {
  const from = join(root, 'node_modules');
  await mkdir(join(copy, 'node_modules', OURS), { recursive: true });
  const ours = new Map<string, string>();
  for (const folder of await packageFolders(copy)) {
    const { name } = JSON.parse(await readFile(join(copy, folder, 'package.json'), 'utf8')) as {
      readonly name: string;
    };
    ours.set(name, folder);
  }
  for (const name of await readdir(from)) {
    if (name !== OURS && !ours.has(name)) await symlink(join(from, name), join(copy, 'node_modules', name));
  }
  for (const [name, folder] of ours) await symlink(join(copy, folder), join(copy, 'node_modules', name));
}

/** Folders of our packages: those with a `package.json`, two or three levels down. */
async function packageFolders(copy: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir(copy, { recursive: true, withFileTypes: true })) {
    const folder = relative(copy, entry.parentPath);
    if (entry.name === 'package.json' && folder !== '' && !folder.startsWith('node_modules')) found.push(folder);
  }
  return found;
}

/** The file's text with the rule taken out. @throws when a text does not stand in it exactly once. */
export function mutated({ name, file, edits }: Mutant, source: string): string {
  let text = source;
  for (const [wanted, replacement] of edits) {
    const [before, after, ...more] = text.split(wanted);
    if (before === undefined || after === undefined || more.length > 0) {
      throw new Error(`mutant ${name}: ${file} does not have exactly once: ${wanted}`);
    }
    text = before + replacement + after;
  }
  return text;
}
