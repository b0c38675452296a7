import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '../..');
const SOURCE = "export * from '@virtualchain/gateway-client/verify';";

/** What checks answers of a gateway, as one script for a browser: `client` has its functions. */
export async function bundledClient(): Promise<string> {
  const args = ['--bundle', '--format=iife', '--global-name=client', '--platform=browser', '--target=es2022'];
  const building = promisify(execFile)(resolve(root, 'node_modules/.bin/esbuild'), args, {
    cwd: resolve(root, 'libs/gateway-client'),
    maxBuffer: 16 * 1024 * 1024,
  });
  building.child.stdin?.end(SOURCE);
  return (await building).stdout;
}
