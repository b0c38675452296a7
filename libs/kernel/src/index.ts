export type { Brand } from './brand.ts';
export { ExpectedError, isExpectedError, type Remedy } from './expected-error.ts';
