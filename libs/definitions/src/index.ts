export {
  builtInChains,
  builtInMachines,
  DefinitionUnusable,
  loadChain,
  loadMachine,
  type Parameters,
  refuseAbsent,
} from './load.ts';
export { parseParameters } from './parameters.ts';
