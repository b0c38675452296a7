import type { Env } from '@virtualchain/process';

/**
 * What a process needs of the environment of its suite, and nothing that would set it up: where programs are, and the code
 * that others have compiled before it.
 */
export const bareEnvironment: Env = {
  PATH: process.env['PATH'],
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
};
