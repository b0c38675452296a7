import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isRunning } from '../../../demo-file.ts';
import { DevRunning } from '../errors.ts';

/** Where a running `vchain dev` says how it is reached: the same fields as those of the demo. */
export interface DevFile extends Disposable {
  readonly path: string;
  write(places: Readonly<Record<string, string | undefined>>): void;
}

/**
 * Takes a folder for this process: the second `vchain dev` in it is refused. What one that was killed has left is taken over.
 *
 * @throws DevRunning
 */
export function takeFolder(folder: string): DevFile {
  const path = join(folder, '.vchain', 'dev.json');
  const lock = join(folder, '.vchain', 'dev.pid');
  mkdirSync(dirname(path), { recursive: true });
  while (!takeLock(lock)) {
    const pid = Number(readText(lock));
    if (isRunning(pid)) throw new DevRunning(folder, pid, lock);
    rmSync(lock, { force: true });
  }
  rmSync(path, { force: true });
  return {
    path,
    write: (places) => writeFileSync(path, JSON.stringify({ ...places, pid: String(process.pid) }), { mode: 0o600 }),
    [Symbol.dispose]() {
      rmSync(path, { force: true });
      rmSync(lock, { force: true });
    },
  };
}

function takeLock(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
