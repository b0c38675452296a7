import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached, runTool } from '@virtualchain/local';

/** The other Node that the packages are for: they ask for 22.18 or later. */
export const NODE_22_VERSION = '22.23.3';

/** The program, installed by npm into the cache when it is not there. @throws where npm cannot have it */
export async function findNode22(): Promise<string> {
  const entry = `node-${NODE_22_VERSION}-${process.platform}-${process.arch}`;
  return programIn(await cached(process.env, entry, install));
}

async function install(folder: string): Promise<void> {
  await writeFile(join(folder, 'package.json'), '{ "private": true, "allowScripts": { "node": true } }\n');
  const npm = (...args: readonly string[]) =>
    runTool('npm', [...args, '--no-audit', '--no-fund'], { cwd: folder, env: process.env });
  await npm('install', '--prefer-offline', `node@${NODE_22_VERSION}`);
  // npm may be set to run no scripts of packages; that of `node` brings the binary.
  if (!existsSync(programIn(folder))) await npm('rebuild', 'node', '--ignore-scripts=false');
  if (!existsSync(programIn(folder))) throw new Error(`npm installed node@${NODE_22_VERSION} without its program`);
}

function programIn(folder: string): string {
  return join(folder, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
}
