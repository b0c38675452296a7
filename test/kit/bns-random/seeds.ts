/** Blocks of each chain. */
export const BLOCKS = 300;

/** Those of every run; `VCHAIN_BNS_SEEDS=7,11` has others drawn in their place. */
export const SEEDS: readonly string[] = (process.env['VCHAIN_BNS_SEEDS'] ?? '1,2,3,4,5,6,7,8,9,10').split(',');

/** The coverage is that of the usual seeds taken together. */
export const HAS_USUAL_SEEDS = process.env['VCHAIN_BNS_SEEDS'] === undefined;

/** What to type to see a seed again, for the names of tests. */
export const againOf = (seed: string, suite: string): string => `VCHAIN_BNS_SEEDS=${seed} npm test -- ${suite}`;
