import { BNS_CHAINS, bnsBranches } from '../../kit/bns-branches.ts';
import type { Bench } from '../harness/bench.ts';
import { intoPostgres, type KnownChain } from '../kit/into-postgres.ts';
import { BUSY_BLOCKS, makeNames } from '../workloads/names.ts';

/** 2,000 operations a second of CPU time. */
const LIMIT_US = 500;

interface Named {
  readonly workload: string;
  readonly blocksPerBatch: number;
  readonly rounds: number;
  readonly note: string;
}

type ChainsOf = (quick: boolean) => Promise<readonly KnownChain[]>;

/** From changes in memory to committed Postgres; every consensus hash is compared with the one that is known. */
const projected = ({ workload, blocksPerBatch, rounds, note }: Named, chainsOf: ChainsOf): Bench => ({
  name: 'project-bns',
  workload,
  rounds,
  peer: '1.25 of the original with its database',
  target: { kind: 'amount', atMost: LIMIT_US, unit: 'µs an operation' },
  note: `CPU of our process and of Postgres, ${blocksPerBatch} blocks a transaction. ${note}`,
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
  const { instance, inputs, consensusHashes } = await makeNames(quick ? 12 : BUSY_BLOCKS, 300);
  return [{ instance, main: inputs, consensusHashes }];
}

const recorded: Named = {
  workload: 'recorded chains',
  blocksPerBatch: 200,
  rounds: 10,
  note: 'Ten times into fresh databases, which is 108,030 operations; every consensus hash is the recorded one.',
};

const busy: Named = {
  workload: '300 a block',
  blocksPerBatch: 4,
  rounds: 3,
  note: 'One chain of 100,000 operations, which leaves 25,000 names; every consensus hash is that of a straight fold.',
};

export const benches = [projected(recorded, recordedChains), projected(busy, busyChain)];
