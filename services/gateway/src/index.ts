export { type ApiOptions, createApi } from './api.ts';
export { type Modules, patient, type ServedMachine, servedMachines } from './served.ts';
export { runGateway } from './service.ts';
