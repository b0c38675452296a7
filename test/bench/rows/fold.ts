import {
  type CollectionHashes,
  emptyCollectionHashes,
  type FoldInput,
  foldBlock,
  MemoryFold,
  MemoryState,
  parseBlock,
  prefetchBlocks,
  SnapshotView,
  WorkingState,
} from '@virtualchain/machine';
import type { MachineInstance } from '@virtualchain/projection';
import { BNS_CHAINS, bnsBranches } from '../../kit/bns-branches.ts';
import type { Bench, Measured, OpenBench } from '../harness/bench.ts';
import { measured } from '../harness/processes.ts';
import { makeNames } from '../workloads/names.ts';
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
  note: 'Folded on memory, block by block; every consensus hash is compared with the recorded one. Import rings (300 derived keys of a namespace, a third of a second once) come from the warm-up.',
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
  note: 'Preorders, registrations, updates and transfers, nearly all accepted; the hashes are those of a straight fold.',
  async open({ quick }) {
    const names = await makeNames(quick ? 20 : 100, 300);
    return perOperation([names], (chain) => foldInBatches(chain, blocksPerBatch));
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
    amount: () => taken.toSorted((a, b) => a - b)[taken.length >> 1] ?? Number.NaN,
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

/** As a projection does it, on memory: one overlay for the blocks of a batch, which is written when they are folded. */
async function foldInBatches({ instance, inputs }: Chain, size: number): Promise<readonly string[]> {
  const { machine } = instance;
  const state = new MemoryState(machine.collections);
  const snapshots = new SnapshotView(machine, { at: async () => new Map(), heightOf: async () => null });
  let collectionHashes: CollectionHashes = emptyCollectionHashes(machine.collections);
  const found: string[] = [];
  for (let from = 0; from < inputs.length; from += size) {
    const working = new WorkingState(state);
    const blocks = inputs.slice(from, from + size).map((input) => parseBlock(machine, input));
    await prefetchBlocks(machine, working, blocks);
    const folded = [];
    for (const block of blocks) {
      const one = await foldBlock(machine, { working, snapshots, collectionHashes }, block);
      collectionHashes = one.collectionHashes;
      folded.push(one);
    }
    for (const { changes, consensusHash } of folded) {
      state.apply(changes);
      found.push(consensusHash);
    }
  }
  return found;
}

/** The original's own benchmark, of which only the hash of the last block is recorded. */
const original = (workload: OriginalWorkload): Bench => ({
  name: 'fold',
  workload: `VC, ${workload.blocks} blocks of ${workload.operationsPerBlock}`,
  peer: 'a fifth of the original’s hashing alone',
  target: { kind: 'amount', atMost: ORIGINAL_LIMIT_US, unit: 'µs an operation' },
  note: 'Parse, decide, state, consensus and changes hash on memory, which the original’s figure does not have.',
  async open() {
    const instance = originalInstance();
    const inputs = originalInputs(workload);
    const chain: Chain = { instance, inputs, consensusHashes: [workload.finalHash] };
    return perOperation([chain], async (one) => (await foldStraight(one)).slice(-1));
  },
});

const originals = ORIGINAL_WORKLOADS.filter(({ operationsPerBlock }) => operationsPerBlock > 0).map(original);

export const benches = [recorded, busy(1), busy(16)];
export const foldBenches = originals;
