import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The author's own sources that were loaded so far: sha256 of each, hex, by path, in the order of loading. */
export type OwnFiles = ReadonlyMap<string, string>;

/**
 * Listens to the loading of modules in this process: those of the folder, and what they import by a path, packages left out.
 * A revision of rules is told by what it was made of.
 */
export function watchLoading(folder: string): OwnFiles {
  const files = new Map<string, string>();
  const own = new Set<string>();
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      const isImportedByPath = own.has(context.parentURL ?? '') && /^\.{0,2}\//.test(specifier);
      const path = pathOf(resolved.url);
      if (path !== null && (isImportedByPath || isInside(path, folder))) own.add(resolved.url);
      return resolved;
    },
    load(url, context, nextLoad) {
      const path = own.has(url) ? pathOf(url) : null;
      // Before it is loaded: a change meanwhile is then seen as one.
      if (path !== null) files.set(path, printOf(readFileSync(path)));
      return nextLoad(url, context);
    },
  });
  return files;
}

/** sha256, hex. */
export function printOf(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

function pathOf(url: string): string | null {
  if (!url.startsWith('file:')) return null;
  const path = fileURLToPath(url);
  return path.split(sep).includes('node_modules') ? null : path;
}

function isInside(path: string, folder: string): boolean {
  const from = relative(folder, path);
  return !from.startsWith('..') && !isAbsolute(from);
}
