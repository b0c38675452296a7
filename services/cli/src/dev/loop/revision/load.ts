import { isAbsolute } from 'node:path';
import { loadChain, loadMachine, parseParameters } from '@virtualchain/definitions';
import { isExpectedError } from '@virtualchain/kernel';
import type { AnyStateMachine } from '@virtualchain/machine';
import type { VirtualChain } from '@virtualchain/protocol';
import { wordsOf } from './failure.ts';
import { type OwnFiles, printOf, watchLoading } from './loaded-files.ts';
import type { Failure, Loaded, LoadedFiles, LoadOrder } from './messages.ts';
import { parsingPlace } from './parsing-place.ts';
import { placeInModule, placeOf } from './place.ts';

/** Rules as this process has them, and what they were made of. */
export interface LoadedRules {
  readonly chain: VirtualChain;
  readonly machine: AnyStateMachine;
  /** Parameters of the machine. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly report: Loaded;
}

/** Loads chain and machine: once in a process, since a module is loaded once. */
export async function loadRules({ folder, definitions }: LoadOrder): Promise<LoadedRules | Failed> {
  const files = watchLoading(folder);
  let loading = definitions.chain;
  try {
    const chain = await loadChain(
      definitions.chain,
      parseParameters('--chain-parameters', definitions.chainParameters),
    );
    const print = printOf(JSON.stringify([definitions.chain, chain.name, chain.parameters, ...files]));
    loading = definitions.machine;
    const parameters = parseParameters('--machine-parameters', definitions.machineParameters);
    const machine = await loadMachine(definitions.machine, chain, parameters);
    const { name, version, collections } = machine;
    return {
      chain,
      machine,
      parameters,
      report: {
        kind: 'loaded',
        files: Object.fromEntries(files),
        chain: { name: chain.name, firstBlock: chain.firstBlock, print },
        machine: { name, version, collections: Object.keys(collections) },
      },
    };
  } catch (error) {
    return { failure: failureOfLoading(error, { folder, module: loading, files }), files: Object.fromEntries(files) };
  }
}

/** Rules that did not load, and the files up to there. */
export interface Failed {
  readonly failure: Failure;
  readonly files: LoadedFiles;
}

export function isFailed(rules: LoadedRules | Failed): rules is Failed {
  return 'failure' in rules;
}

function failureOfLoading(
  error: unknown,
  { folder, module, files }: { readonly folder: string; readonly module: string; readonly files: OwnFiles },
): Failure {
  const code = isExpectedError(error) ? error.code : 'RULES_UNUSABLE';
  const place =
    placeOf(error, folder) ??
    parsingPlace([...files.keys()], folder) ??
    (isAbsolute(module) ? placeInModule(module, folder) : null);
  return { code, message: wordsOf(error, folder), place, operation: null };
}
