import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname, sep } from 'node:path';
import type { LoadedFiles } from '../revision/messages.ts';

const SOURCES: ReadonlySet<string> = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json']);

/** What the newest revision was made of; `isWhole` where it loaded, so that nothing else is of any concern. */
export interface MadeOf {
  readonly files: LoadedFiles;
  readonly isWhole: boolean;
}

/**
 * Which sources are another text than the newest revision was made of, among paths that changed: files, and folders whose files
 * may have come with them. Where the revision did not load, any source counts: it may be the one that was missing.
 */
export function changedSources(
  paths: readonly string[],
  { files, isWhole }: MadeOf,
  printOf: (path: string) => string | null = printOfFile,
): readonly string[] {
  const known = Object.keys(files).filter((file) => paths.some((path) => file === path || file.startsWith(path + sep)));
  const changed = known.filter((file) => printOf(file) !== files[file]);
  const others = isWhole ? [] : paths.filter((path) => !Object.hasOwn(files, path) && mayBeSource(path));
  return [...changed, ...others];
}

/** A folder, too, has no ending. */
function mayBeSource(path: string): boolean {
  return (extname(path) === '' || SOURCES.has(extname(path))) && !/\.test\.[cm]?[jt]s$/.test(path);
}

/** sha256, hex; null where there is no such file. */
function printOfFile(path: string): string | null {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    return null;
  }
}
