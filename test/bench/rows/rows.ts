import type { Bench } from '../harness/bench.ts';

/** Where the rows of each name are; loaded when they are asked for. */
export const ROWS: Readonly<Record<string, () => Promise<readonly Bench[]>>> = {
  scan: async () => (await import('./scan.ts')).benches,
  verify: async () => (await import('./verify.ts')).benches,
  fold: async () => (await import('./fold.ts')).foldBenches,
  'fold-bns': async () => (await import('./fold.ts')).benches,
  publish: async () => (await import('./publish.ts')).benches,
  read: async () => (await import('./read.ts')).benches,
  latency: async () => (await import('./latency.ts')).benches,
  size: async () => [...(await import('./size-topic.ts')).benches, ...(await import('./size-postgres.ts')).benches],
  backfill: async () => (await import('./backfill.ts')).benches,
  sync: async () => (await import('./sync.ts')).benches,
  memory: async () => (await import('./memory.ts')).benches,
  'ingest-block': async () => (await import('./ingest-block.ts')).benches,
  project: async () => (await import('./project.ts')).benches,
  'project-bns': async () => (await import('./project-bns.ts')).benches,
  rebuild: async () => (await import('./rebuild.ts')).benches,
  rollback: async () => (await import('./rollback.ts')).benches,
  growth: async () => (await import('./growth.ts')).benches,
  start: async () => (await import('./start.ts')).benches,
};
