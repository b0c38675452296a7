export { type ApiOptions, createApi } from './api.ts';
export { type Modules, type ServedMachine, servedMachines } from './served.ts';
export { runGateway } from './service.ts';
