import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ExpectedError } from '@virtualchain/kernel';
import { manifestOf } from './manifest.ts';
import { type Names, namesOf } from './package-name.ts';
import type { PackagePlan } from './plan.ts';

/** A package could not be written where it was wanted. */
export class CreateRefused extends ExpectedError {
  override readonly name = 'CreateRefused';
  readonly code = 'CREATE_REFUSED';
  readonly remedy = 'halt';
}

/** What was written. */
export interface Created extends Names {
  /** Absolute. */
  readonly folder: string;
  readonly files: readonly string[];
}

const template = resolve(import.meta.dirname, '../template');
/** In the template as they are for the package that `npm create virtualchain guests` makes. */
const TEMPLATE_NAME = 'guests';
const TEMPLATE_MAGIC = 'gb';
/** npm leaves a `.gitignore` out of what it packs. */
const RENAMED: Readonly<Record<string, string>> = { gitignore: '.gitignore' };

/**
 * Writes a package with a virtual chain, a machine and its tests into a folder that is empty or not there yet.
 *
 * @throws PackageNameInvalid, CreateRefused; nothing is written then
 */
export async function createPackage(plan: PackagePlan): Promise<Created> {
  const folder = resolve(plan.folder);
  const names = namesOf(basename(folder));
  await requireEmpty(folder);
  const manifest = await manifestOf(names.packageName, plan).catch((cause: Error) => {
    throw new CreateRefused(`packages ${JSON.stringify(plan.packages)}: ${cause.message}`, { cause });
  });
  const sources = (await readdir(template, { recursive: true, withFileTypes: true })).filter((each) => each.isFile());
  const files = new Map([['package.json', `${JSON.stringify(manifest, null, 2)}\n`]]);
  for (const { parentPath, name } of sources) {
    const path = join(parentPath, name);
    const place = join(parentPath.slice(template.length + 1), RENAMED[name] ?? name);
    files.set(place.replaceAll('\\', '/'), filledIn(await readFile(path, 'utf8'), names));
  }
  for (const [place, text] of files) {
    await mkdir(dirname(join(folder, place)), { recursive: true });
    await writeFile(join(folder, place), text);
  }
  return { ...names, folder, files: [...files.keys()].sort() };
}

/** @throws CreateRefused */
async function requireEmpty(folder: string): Promise<void> {
  const present = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new CreateRefused(`folder ${folder}: must be one that can be written (${error.message}); give another`, {
      cause: error,
    });
  });
  if (present.length > 0)
    throw new CreateRefused(
      `folder ${folder}: must be empty or not there, and holds ${present.slice(0, 3).join(', ')}; give another`,
    );
}

function filledIn(text: string, { packageName, chainName, magic }: Names): string {
  return text
    .replaceAll('PACKAGE_NAME', packageName)
    .replaceAll(`name: '${TEMPLATE_NAME}'`, `name: '${chainName}'`)
    .replaceAll(`magic: '${TEMPLATE_MAGIC}'`, `magic: '${magic}'`);
}
