import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { type Gathered, gather } from './gather.ts';

/** Looks after the files of a folder. */
export interface FolderWatch extends Disposable {
  /** Files elsewhere that are to be looked after too. */
  include(files: readonly string[]): void;
}

/** Folders in which no sources of the author are. */
const LEFT_OUT: ReadonlySet<string> = new Set(['node_modules', '.vchain', '.git', 'dist', 'coverage']);

/**
 * Calls `onChange` with the paths that changed in a folder and the folders below. Each folder is watched by itself: that names
 * files that an editor replaces, on every system, and leaves `node_modules` alone.
 */
export function watchFolder(folder: string, onChange: (gathered: Gathered) => void): FolderWatch {
  const watchers = new Map<string, FSWatcher>();
  const gatherer = gather(onChange);

  const watchOne = (path: string): void => {
    if (watchers.has(path)) return;
    try {
      const watcher = watch(path, (_event, name) => {
        if (name === null || LEFT_OUT.has(name)) return;
        gatherer.add(join(path, name));
        forgetBelow(join(path, name)); // a folder that was made again is another one
        watchBelow(path);
      });
      watcher.on('error', () => forget(path));
      watchers.set(path, watcher);
    } catch {
      // it is gone again
    }
  };
  const watchBelow = (path: string): void => {
    watchOne(path);
    for (const below of foldersIn(path)) if (!watchers.has(below)) watchBelow(below);
  };
  const forget = (path: string): void => {
    watchers.get(path)?.close();
    watchers.delete(path);
  };

  const forgetBelow = (path: string): void => {
    for (const each of [...watchers.keys()]) if (each === path || each.startsWith(`${path}${sep}`)) forget(each);
  };

  watchBelow(folder);
  return {
    include: (files) => {
      for (const file of files) watchOne(dirname(file));
    },
    [Symbol.dispose]() {
      gatherer[Symbol.dispose]();
      for (const path of [...watchers.keys()]) forget(path);
    },
  };
}

function foldersIn(path: string): readonly string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.filter((one) => one.isDirectory() && !LEFT_OUT.has(one.name)).map(({ name }) => join(path, name));
  } catch {
    return [];
  }
}
