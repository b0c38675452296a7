import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { isExpectedError } from '@virtualchain/kernel';
import { createPackage } from './create-package.ts';
import { nextSteps } from './next-steps.ts';

const USAGE = `usage: npm create virtualchain NAME
Writes a package with a virtual chain, a state machine and its tests into the folder NAME.

  --packages DIR   take our packages from tarballs in DIR (npm run pack -- --out DIR) instead of the registry`;

/** `npm create virtualchain`. @returns the exit code */
export async function main(args: readonly string[]): Promise<number> {
  const { name, packages, isHelp } = read(args);
  if (isHelp) {
    console.log(USAGE);
    return 0;
  }
  if (name === undefined) {
    console.error(USAGE);
    return 2;
  }
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  try {
    const plan = { folder: name, version, ...(packages === undefined ? {} : { packages }) };
    for (const line of nextSteps(await createPackage(plan))) console.log(line);
    return 0;
  } catch (error) {
    if (!isExpectedError(error)) throw error;
    console.error(`${error.code}: ${error.message}`);
    return error.code === 'PACKAGE_NAME_INVALID' ? 2 : 1;
  }
}

/** What was typed; no name where it cannot be read. */
function read(args: readonly string[]): { name?: string; packages?: string; isHelp: boolean } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { packages: { type: 'string' }, help: { type: 'boolean' } },
      allowPositionals: true,
    });
    const [name, ...others] = positionals;
    const packages = values.packages === undefined ? {} : { packages: values.packages };
    const isHelp = values.help === true;
    return name === undefined || others.length > 0 ? { isHelp } : { name, ...packages, isHelp };
  } catch {
    return { isHelp: false };
  }
}
