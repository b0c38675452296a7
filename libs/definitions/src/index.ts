export { builtInChains, builtInMachines, DefinitionUnusable, loadChain, loadMachine, type Parameters } from './load.ts';
export { parseParameters } from './parameters.ts';
