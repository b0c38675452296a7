import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { LoadedFiles } from '../revision/messages.ts';

const SOURCES: ReadonlySet<string> = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json']);

/** What the newest revision was made of; `isWhole` where it loaded, so that nothing else is of any concern. */
export interface MadeOf {
  readonly files: LoadedFiles;
  readonly isWhole: boolean;
}

/**
 * Those of some changed paths that are another text than the newest revision was made of. Where that did not load, any source
 * counts: it may be the one that was missing.
 */
export function changedSources(
  paths: readonly string[],
  { files, isWhole }: MadeOf,
  printOf: (path: string) => string | null = printOfFile,
): readonly string[] {
  return paths.filter((path) => {
    if (Object.hasOwn(files, path)) return printOf(path) !== files[path];
    return !isWhole && SOURCES.has(extname(path)) && !/\.test\.[cm]?[jt]s$/.test(path);
  });
}

/** sha256, hex; null where there is no such file. */
function printOfFile(path: string): string | null {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    return null;
  }
}
