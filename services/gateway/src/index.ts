export type { AccessOptions } from './access/access-options.ts';
export { type ApiOptions, createApi } from './api.ts';
export { patient, type ServedMachine, servedMachines } from './served.ts';
export { runGateway } from './service.ts';
