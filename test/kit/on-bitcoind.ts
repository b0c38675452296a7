import { describe } from '@jest/globals';
import { findBitcoind } from '@virtualchain/local';
import type { Env } from '@virtualchain/process';

const executable = findBitcoind(process.env);

/** Suites about what only a bitcoind does; skipped where there is none (`npm run bitcoind` gets one). */
export const describeOnBitcoind = executable === undefined ? describe.skip : describe;

/** The environment in which the node that `startRealParts` starts is a bitcoind. */
export const bitcoindEnv: Env = {
  ...process.env,
  VCHAIN_NODE_URL: undefined,
  VCHAIN_LOCAL_NODE: 'bitcoind',
  VCHAIN_BITCOIND: executable,
};
