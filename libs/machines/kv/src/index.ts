export { kvChain } from './chain.ts';
export { type KvPayload, type Malformed, OPCODES, parsePayload } from './codec.ts';
export { type KvOperation, kvMachine } from './machine.ts';
