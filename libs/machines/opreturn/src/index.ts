export { opreturnChain } from './chain.ts';
export { OpreturnParametersInvalid, opreturnMachine, type PayloadOperation } from './machine.ts';
