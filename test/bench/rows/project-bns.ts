import { BNS_CHAINS, bnsBranches } from '../../kit/bns-branches.ts';
import type { Bench } from '../harness/bench.ts';
import { intoPostgres, type KnownChain } from '../kit/into-postgres.ts';
import { makeNames } from '../workloads/names.ts';

/** 2,000 operations a second of CPU time. */
const LIMIT_US = 500;

/** From changes in memory to committed Postgres; every consensus hash is compared with the one that is known. */
const projected = (
  workload: string,
  blocksPerBatch: number,
  chainsOf: (quick: boolean) => Promise<readonly KnownChain[]>,
): Bench => ({
  name: 'project-bns',
  workload,
  peer: '1.25 of the original with its database',
  target: { kind: 'amount', atMost: LIMIT_US, unit: 'µs an operation' },
  note: `CPU of our process and of Postgres, ${blocksPerBatch} blocks a transaction.`,
  open: async (context) => intoPostgres(context, await chainsOf(context.quick), blocksPerBatch),
});

async function recordedChains(quick: boolean): Promise<readonly KnownChain[]> {
  const files = quick ? BNS_CHAINS.filter((file) => file.startsWith('bns-random-1')) : BNS_CHAINS;
  return Promise.all(
    files.map(async (file) => {
      const { instance, main, consensusHashes } = await bnsBranches(file);
      return { instance, main, consensusHashes };
    }),
  );
}

async function busyChain(quick: boolean): Promise<readonly KnownChain[]> {
  const { instance, inputs, consensusHashes } = await makeNames(quick ? 12 : 60, 300);
  return [{ instance, main: inputs, consensusHashes }];
}

export const benches = [projected('recorded chains', 200, recordedChains), projected('300 a block', 4, busyChain)];
