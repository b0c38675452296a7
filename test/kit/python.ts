import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether this machine has a Python 3 that can make an environment with pip of its own. */
export const hasPython = spawnSync('python3', ['-c', 'import venv, ensurepip']).status === 0;

/** Makes an environment in a folder, with the packages that a file of pip's names. @returns its Python */
export async function pythonWith(requirements: string, folder: string): Promise<string> {
  const python = join(folder, 'bin/python');
  await run('python3', ['-m', 'venv', folder]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  return python;
}
