import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { importsOf } from './rules.ts';

/** Which files each file imports, types included; by path from the top of the repository. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** What each of the files imports of ours: files beside it, and doors of our packages. */
export function importsOfAll(root: string, files: readonly string[]): Imports {
  const doors = packageDoors(root);
  return new Map(
    files.map((file) => {
      const specifiers = importsOf(readFileSync(join(root, file), 'utf8'));
      return [file, specifiers.flatMap((one) => importedFile(file, one, doors) ?? [])];
    }),
  );
}

function importedFile(file: string, specifier: string, doors: ReadonlyMap<string, string>): string | null {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(file), specifier);
  return doors.get(specifier) ?? null;
}

/** Name of each package of ours, and its door's path. */
function packageDoors(root: string): ReadonlyMap<string, string> {
  const folders = ['libs', 'libs/machines', 'services', 'infra'].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
  );
  return new Map(
    folders.flatMap((folder) => {
      const { name, exports } = manifestOf(join(root, folder, 'package.json'));
      const door = exports?.['.'];
      return name === undefined || door === undefined ? [] : [[name, posix.join(folder, door)] as const];
    }),
  );
}

interface Manifest {
  readonly name?: string;
  readonly exports?: Readonly<Record<string, string>>;
}

function manifestOf(path: string): Manifest {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  } catch {
    return {};
  }
}

/** Groups of files that import each other, directly or through others (Tarjan's strongly connected components). */
export function circles(imports: Imports): readonly (readonly string[])[] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const enter = (file: string): void => {
    order.set(file, order.size);
    lowest.set(file, order.size - 1);
    open.push(file);
    for (const next of imports.get(file) ?? []) {
      if (!imports.has(next)) continue;
      if (!order.has(next)) enter(next);
      if (open.includes(next)) lowest.set(file, Math.min(Number(lowest.get(file)), Number(lowest.get(next))));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const group = open.splice(open.indexOf(file));
    if (group.length > 1 || imports.get(file)?.includes(file)) found.push(group.sort());
  };
  for (const file of imports.keys()) if (!order.has(file)) enter(file);
  return found;
}
