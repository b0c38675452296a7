import { type FoldInput, MemoryFold } from '@virtualchain/machine';
import type { MachineInstance } from '@virtualchain/projection';
import { BNS_CHAINS, bnsBranches } from '../../kit/bns-branches.ts';
import { foldInBatches } from '../../kit/fold-in-batches.ts';
import type { Bench, Measured, OpenBench } from '../harness/bench.ts';
import { measured } from '../harness/processes.ts';
import { medianOf } from '../harness/quantile.ts';
import { intoPostgres } from '../kit/into-postgres.ts';
import { BUSY_BLOCKS, makeNames } from '../workloads/names.ts';
import { ORIGINAL_WORKLOADS, type OriginalWorkload, originalInputs, originalInstance } from '../workloads/original.ts';

/** A quarter of what the original's own engine takes an operation, with its database. */
const LIMIT_US = 100;

/** Five times the original's hashing alone, of 90,000 operations a second at best. */
const ORIGINAL_LIMIT_US = 2.2;

/** A chain with the consensus hashes that it has to end in. */
interface Chain {
  readonly instance: MachineInstance;
  readonly inputs: readonly FoldInput[];
  readonly consensusHashes: readonly string[];
}

/** The recorded chains of the original, one after the other, as often as it takes. */
const recorded: Bench = {
  name: 'fold-bns',
  workload: 'recorded chains',
  peer: 'a quarter of the original with its database',
  target: { kind: 'amount', atMost: LIMIT_US, unit: 'µs an operation' },
  // Ten times the 10,803 operations of the recorded chains, each time from nothing.
  rounds: 10,
  note: 'Folded on memory, block by block, ten times from nothing, which is 108,030 operations; every consensus hash is compared with the recorded one. Import rings (300 derived keys of a namespace, a third of a second once) come from the warm-up.',
  async open({ quick }) {
    const chains: Chain[] = [];
    for (const file of quick ? BNS_CHAINS.slice(0, 3) : BNS_CHAINS) {
      const { instance, main, consensusHashes } = await bnsBranches(file);
      chains.push({ instance, inputs: main, consensusHashes });
    }
    return perOperation(chains, foldStraight);
  },
};

/** Blocks of 300 operations, so many to a batch, as a projection folds them. */
const busy = (blocksPerBatch: number): Bench => ({
  name: 'fold-bns',
  workload: `300 a block, ${blocksPerBatch} a batch`,
  peer: 'a quarter of the original with its database',
  target: { kind: 'amount', atMost: LIMIT_US, unit: 'µs an operation' },
  rounds: 3,
  note: 'One chain of 100,000 preorders, registrations, updates and transfers, nearly all accepted; the hashes are those of a straight fold.',
  async open({ quick }) {
    const names = await makeNames(quick ? 20 : BUSY_BLOCKS, 300);
    return perOperation([names], (chain) => foldBusily(chain, blocksPerBatch));
  },
});

function perOperation(chains: readonly Chain[], fold: (chain: Chain) => Promise<readonly string[]>): OpenBench {
  const operations = chains.reduce((sum, { inputs }) => sum + countOf(inputs), 0);
  const taken: number[] = [];
  return {
    async ours(round): Promise<Measured> {
      const one = await measured(async () => {
        for (const chain of chains) refuseOthers(await fold(chain), chain.consensusHashes);
        return `${operations} operations`;
      });
      if (round >= 0) taken.push((one.cpuMs * 1_000) / operations);
      return one;
    },
    peer: null,
    amount: () => medianOf(taken),
    async [Symbol.asyncDispose]() {},
  };
}

const countOf = (inputs: readonly FoldInput[]): number => inputs.reduce((sum, one) => sum + one.operations.length, 0);

function refuseOthers(found: readonly string[], wanted: readonly string[]): void {
  const at = wanted.findIndex((hash, index) => hash !== found[index]);
  if (at >= 0) throw new Error(`block ${at} of the chain was sealed with ${found[at]}, not ${wanted[at]}`);
}

async function foldStraight({ instance, inputs }: Chain): Promise<readonly string[]> {
  const fold = await MemoryFold.open(instance.machine);
  for (const input of inputs) await fold.connect(input);
  return fold.blocks.map(({ consensusHash }) => consensusHash);
}

async function foldBusily({ instance, inputs }: Chain, size: number): Promise<readonly string[]> {
  const batches = foldInBatches(instance, inputs, { size, sourceOf: (state) => state });
  const hashes = await Array.fromAsync(batches, ({ folded }) => folded.map(({ consensusHash }) => consensusHash));
  return hashes.flat();
}

/** The original's own benchmark, of which only the hash of the last block is recorded. */
const original = (workload: OriginalWorkload): Bench => ({
  name: 'fold',
  workload: `VC, ${workload.blocks} blocks of ${workload.operationsPerBlock}`,
  peer: 'a fifth of the original’s hashing alone',
  target: { kind: 'amount', atMost: ORIGINAL_LIMIT_US, unit: 'µs an operation' },
  note: 'Parse, decide, state, consensus and changes hash on memory, which the original’s figure does not have. Largest of a profile: garbage collection 10 %, the loop over operations 3 to 6, sha256 5, checking rows against their columns 4, hashed fields to bytes 3.',
  async open() {
    const instance = originalInstance();
    const inputs = originalInputs(workload);
    const chain: Chain = { instance, inputs, consensusHashes: [workload.finalHash] };
    return perOperation([chain], async (one) => (await foldStraight(one)).slice(-1));
  },
});

/** A tenth of what the original takes at best, of its whole path: 5,890 operations a second. */
const ORIGINAL_PATH_LIMIT_US = 17;

/** The same from the log into committed Postgres, whose every hash is that of a straight fold. */
const originalProjected = (workload: OriginalWorkload): Bench => ({
  name: 'fold',
  workload: `VC into Postgres, ${workload.blocks} blocks of ${workload.operationsPerBlock}`,
  peer: 'a tenth of the original’s whole path',
  target: { kind: 'amount', atMost: ORIGINAL_PATH_LIMIT_US, unit: 'µs an operation' },
  note: 'CPU of our process and of Postgres, from changes in memory to committed rows, with history, records and feed, which the original does not keep; 2,000 operations a transaction. What limits it: half of the time is Postgres’ own, which writes an operation, a transition and a version of a row, with their indexes, for each.',
  rounds: 5,
  async open(context) {
    const instance = originalInstance();
    const main = originalInputs(workload);
    const consensusHashes = await foldStraight({ instance, inputs: main, consensusHashes: [] });
    refuseOthers(consensusHashes.slice(-1), [workload.finalHash]);
    return intoPostgres(context, [{ instance, main, consensusHashes }], 2_000 / workload.operationsPerBlock);
  },
});

const originals = ORIGINAL_WORKLOADS.filter(({ operationsPerBlock }) => operationsPerBlock > 0);

export const benches = [recorded, busy(1), busy(16)];
export const foldBenches = [...originals.map(original), ...originals.map(originalProjected)];
