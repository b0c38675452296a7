import { spawnSync } from 'node:child_process';
import type { Place } from './messages.ts';
import { placeOf } from './place.ts';

/**
 * Where a module of JavaScript does not parse: Node keeps that to itself when it imports one, and says it when it is asked to
 * check the file. The modules that were loaded last are asked first; null where all of them parse.
 */
export function parsingPlace(files: readonly string[], folder: string): Place | null {
  for (const file of files.filter((path) => /\.[cm]?js$/.test(path)).toReversed()) {
    const { status, stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' });
    if (status !== 0) return placeOf({ stack: stderr }, folder);
  }
  return null;
}
