import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ExpectedError, errorText, isExpectedError } from '@virtualchain/kernel';
import type { AnyStateMachine, MachineDefinition } from '@virtualchain/machine';
import type { ChainDefinition, VirtualChain } from '@virtualchain/protocol';

/** Loaded by who names them: the others are not. */
const CHAINS: Readonly<Record<string, () => Promise<ChainDefinition>>> = {
  kv: async () => (await import('@virtualchain/machine-kv')).kvChain,
  bns: async () => (await import('@virtualchain/machine-bns')).bnsChain,
  stacks: async () => (await import('@virtualchain/machine-stacks')).stacksChain,
  opreturn: async () => (await import('@virtualchain/machine-opreturn')).opreturnChain,
};
const MACHINES: Readonly<Record<string, () => Promise<MachineDefinition>>> = {
  kv: async () => (await import('@virtualchain/machine-kv')).kvMachine,
  activity: async () => (await import('@virtualchain/machine-activity')).activityMachine,
  bns: async () => (await import('@virtualchain/machine-bns')).bnsMachine,
  stacks: async () => (await import('@virtualchain/machine-stacks')).stacksMachine,
  opreturn: async () => (await import('@virtualchain/machine-opreturn')).opreturnMachine,
};

/** The names of the virtual chains that come along. */
export const builtInChains: readonly string[] = Object.keys(CHAINS);
/** The names of the state machines that come along. */
export const builtInMachines: readonly string[] = Object.keys(MACHINES);

/** JSON objects that definitions are called with. */
export type Parameters = Readonly<Record<string, unknown>>;

/** A name or module that gives no definition: says what was given, what it has to be, and what there is. */
export class DefinitionUnusable extends ExpectedError {
  override readonly name = 'DefinitionUnusable';
  readonly code = 'DEFINITION_UNUSABLE';
  readonly remedy = 'halt';
}

/**
 * The virtual chain of a built-in name, or of a module whose default export is its definition: a function of parameters,
 * or the chain itself.
 *
 * @throws DefinitionUnusable, and what the definition itself throws for bad parameters.
 */
export async function loadChain(nameOrModule: string, parameters: Parameters = {}): Promise<VirtualChain> {
  const definition = await find('chain', nameOrModule, CHAINS);
  const made =
    typeof definition === 'function'
      ? makes('chain', nameOrModule, () => (definition as ChainDefinition)(parameters))
      : definition;
  if (!isRecord(made) || !(made['magic'] instanceof Uint8Array) || typeof made['firstBlock'] !== 'number') {
    throw new DefinitionUnusable(
      `chain ${nameOrModule}: its default export makes no virtual chain${'decide' in Object(made) ? ', but a state machine' : ''}; use defineVirtualChain of @virtualchain/protocol`,
    );
  }
  return made as unknown as VirtualChain;
}

/**
 * The state machine of a built-in name, or of a module whose default export is its definition: a function of parameters
 * and chain, or the machine itself.
 *
 * @throws DefinitionUnusable, and what the definition itself throws for bad parameters.
 */
export async function loadMachine(
  nameOrModule: string,
  chain: VirtualChain,
  parameters: Parameters = {},
): Promise<AnyStateMachine> {
  const definition = await find('machine', nameOrModule, MACHINES);
  const made =
    typeof definition === 'function'
      ? makes('machine', nameOrModule, () => (definition as MachineDefinition)(parameters, chain))
      : definition;
  if (!isRecord(made) || typeof made['decide'] !== 'function' || typeof made['parse'] !== 'function') {
    throw new DefinitionUnusable(
      `machine ${nameOrModule}: its default export makes no state machine${'magic' in Object(made) ? ', but a virtual chain' : ''}; use defineStateMachine of @virtualchain/machine`,
    );
  }
  return made as unknown as AnyStateMachine;
}

/**
 * Calls a definition. What it says itself of parameters goes through; anything else is a definition of another kind, or
 * one that fails.
 */
function makes(what: 'chain' | 'machine', nameOrModule: string, make: () => unknown): unknown {
  try {
    return make();
  } catch (cause) {
    if (isExpectedError(cause)) throw cause;
    throw new DefinitionUnusable(
      `${what} ${nameOrModule}: its default export makes no ${what} of these parameters (${errorText(cause)}); give a module that defines a ${what}, and parameters that it takes`,
      { cause },
    );
  }
}

/** Looks whether there is a definition of that name or path, and loads none. @throws DefinitionUnusable */
export async function refuseAbsent(what: 'chain' | 'machine', nameOrModule: string): Promise<void> {
  const builtIn = what === 'chain' ? builtInChains : builtInMachines;
  if (builtIn.includes(nameOrModule)) return;
  const found = await stat(resolve(nameOrModule)).catch(() => null);
  if (found?.isFile() === true) return;
  throw new DefinitionUnusable(
    `${what} ${JSON.stringify(nameOrModule)}: neither built in (${builtIn.join(', ')}) nor a file; give a name or the path of a module`,
  );
}

async function find(
  what: 'chain' | 'machine',
  nameOrModule: string,
  builtIn: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<unknown> {
  if (Object.hasOwn(builtIn, nameOrModule)) return builtIn[nameOrModule]?.();
  await refuseAbsent(what, nameOrModule);
  const path = resolve(nameOrModule);
  let module: Readonly<Record<string, unknown>>;
  try {
    module = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new DefinitionUnusable(`${what} ${nameOrModule}: the module does not load: ${errorText(cause)}`, { cause });
  }
  if (module['default'] === undefined)
    throw new DefinitionUnusable(
      `${what} ${nameOrModule}: the module has no default export; export the definition as default`,
    );
  return module['default'];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
