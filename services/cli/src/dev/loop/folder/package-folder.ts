import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { builtInChains, builtInMachines, parseParameters } from '@virtualchain/definitions';
import { DevRefused } from '../../hands/errors.ts';
import type { Definitions } from '../revision/messages.ts';

/** What the command line says of definitions; it wins over `package.json`. */
export interface GivenDefinitions {
  readonly chain?: string | undefined;
  readonly machine?: string | undefined;
  readonly chainParameters?: string | undefined;
  readonly machineParameters?: string | undefined;
}

/** The folder of the package that a path is in: the nearest one with a `package.json`, or the path itself. */
export function packageFolder(from: string): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) return resolve(from);
  }
}

/**
 * The definitions of the package in `folder`: those that were given, else those of `"virtualchain"` in its `package.json`,
 * with the paths of modules made absolute.
 *
 * @throws DevRefused naming what is missing, DefinitionUnusable where parameters are no JSON: no save mends that.
 */
export function definitionsOf(folder: string, given: GivenDefinitions, workingFolder: string): Definitions {
  const named = namedIn(join(folder, 'package.json'));
  const pick = (what: 'chain' | 'machine', builtIn: readonly string[]): string => {
    const option = given[what];
    const name = option ?? named[what];
    if (typeof name !== 'string' || name === '') throw missing(what, folder);
    if (builtIn.includes(name)) return name;
    const path = resolve(option === undefined ? folder : workingFolder, name);
    if (existsSync(path)) return path;
    const asked = option === undefined ? `"virtualchain".${what} in package.json` : `--${what}`;
    throw new DevRefused(`${asked} names ${name}, and there is no such file: correct the path, or make the file`);
  };
  parseParameters('--chain-parameters', given.chainParameters);
  parseParameters('--machine-parameters', given.machineParameters);
  return {
    chain: pick('chain', builtInChains),
    machine: pick('machine', builtInMachines),
    chainParameters: given.chainParameters,
    machineParameters: given.machineParameters,
  };
}

function missing(what: 'chain' | 'machine', folder: string): DevRefused {
  return new DevRefused(
    `no ${what} is named: write "virtualchain": { "chain": "./src/chain.ts", "machine": "./src/machine.ts" } into ${join(folder, 'package.json')}, or give --${what} <module>; vchain create makes a package that has all of it`,
  );
}

function namedIn(file: string): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return {};
  }
  try {
    const { virtualchain } = JSON.parse(text) as { readonly virtualchain?: unknown };
    return typeof virtualchain === 'object' && virtualchain !== null ? (virtualchain as Record<string, unknown>) : {};
  } catch (cause) {
    throw new DevRefused(`${file} is not JSON: correct it`, { cause });
  }
}
