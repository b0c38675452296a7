import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

type Local = typeof import('@virtualchain/local');

/**
 * What starts parts brings Postgres and a client of Docker along: a package of its own, which not everybody wants. It is looked
 * for beside this one, then in the folder of whoever asks, since some installers show a package its own dependencies only.
 *
 * @returns null where it is not installed.
 */
export async function loadLocal(folder: string): Promise<Local | null> {
  try {
    return await import('@virtualchain/local');
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  try {
    const found = createRequire(join(folder, 'package.json')).resolve('@virtualchain/local');
    return (await import(pathToFileURL(found).href)) as Local;
  } catch (error) {
    if (!isMissing(error)) throw error;
    return null;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && error.message.includes("'@virtualchain/local'");
}

/** What to do where it is not. */
export const LOCAL_MISSING =
  'node, log and Postgres are started by the package @virtualchain/local, which is not installed here: npm install --save-dev @virtualchain/local';
