import type { Height } from '@virtualchain/bitcoin';
import {
  type AnyStateMachine,
  type ConsensusHash,
  type FoldedBlock,
  type FoldInput,
  MemoryFold,
  type SnapshotSource,
} from '@virtualchain/machine';
import { storedSnapshots } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import { StoredFold, type StoredStart } from '../verify/stored-fold.ts';

/** The rules that are tried: block after block of the log's branch, no way back. */
export interface CandidateFold {
  /** Of the newest block that was folded, or of the start. */
  readonly height: number;
  /** Reads ahead what neighbouring blocks will ask for. */
  readAhead(inputs: readonly FoldInput[]): Promise<void>;
  /** @throws MachineFaulted, SnapshotMissing, SnapshotMismatch */
  connect(input: FoldInput): Promise<FoldedBlock>;
}

/** From the machine's own beginning, all of its state in memory. */
export async function foldFromGenesis(machine: AnyStateMachine): Promise<CandidateFold> {
  const fold = await MemoryFold.open(machine, { undoBlocksMax: 1 });
  return {
    get height() {
      return fold.height;
    },
    readAhead: async () => undefined,
    connect: async (input) => (await fold.connect(input)) as FoldedBlock,
  };
}

/** On from the rows that a build has of a height: in memory is what blocks since then wrote, and a bounded part of what they read. */
export function foldFromStored(build: Build, start: StoredStart): CandidateFold {
  const sealed = new SealedBlocks(build, start.height);
  const fold = new StoredFold(build, start, sealed);
  return {
    get height() {
      return sealed.height;
    },
    readAhead: (inputs) => fold.readAhead(inputs),
    connect: async (input) => {
      const folded = await fold.connect(input);
      sealed.add(folded);
      return folded;
    },
  };
}

/** Consensus hashes: up to a height those of a build, above it those of the blocks that were folded here. */
class SealedBlocks implements SnapshotSource {
  readonly #stored: SnapshotSource;
  readonly #start: number;
  readonly #hashes: ConsensusHash[] = [];
  readonly #heights = new Map<string, Height>();

  constructor(build: Build, start: number) {
    this.#stored = storedSnapshots(build);
    this.#start = start;
  }

  get height(): number {
    return this.#start + this.#hashes.length;
  }

  add({ block, consensusHash }: FoldedBlock): void {
    this.#hashes.push(consensusHash);
    this.#heights.set(consensusHash, block.height);
  }

  async at(heights: readonly Height[]): Promise<ReadonlyMap<Height, ConsensusHash>> {
    const found = new Map(await this.#stored.at(heights.filter((height) => height <= this.#start)));
    for (const height of heights) {
      const hash = this.#hashes[height - this.#start - 1];
      if (hash !== undefined) found.set(height, hash);
    }
    return found;
  }

  async heightOf(hash: string): Promise<Height | null> {
    const ours = this.#heights.get(hash);
    if (ours !== undefined) return ours;
    const stored = await this.#stored.heightOf(hash);
    return stored !== null && stored <= this.#start ? stored : null;
  }
}
