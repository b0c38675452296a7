import type { Bench } from '../harness/bench.ts';

/** Where the rows of each name are; loaded when they are asked for. */
export const ROWS: Readonly<Record<string, () => Promise<readonly Bench[]>>> = {
  start: async () => (await import('./start.ts')).benches,
};
