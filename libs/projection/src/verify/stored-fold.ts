import type { Height } from '@virtualchain/bitcoin';
import {
  type CollectionHashes,
  type FoldedBlock,
  type FoldInput,
  foldBlock,
  type ParsedBlock,
  parseBlock,
  prefetchBlocks,
  SnapshotView,
  WorkingState,
} from '@virtualchain/machine';
import { BatchState } from '../advance/batch-state.ts';
import { RowCache } from '../advance/row-cache.ts';
import { storedSnapshots } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import { heldAt } from '../build/conditions.ts';

/** Below the first of some blocks: a height, and C(h) of every collection there. */
export interface StoredStart {
  readonly height: number;
  readonly collectionHashes: CollectionHashes;
}

/**
 * Folds neighbouring blocks onto the rows that are stored for the height below the first of them: what they should have done.
 * Holds in memory what these blocks read and write, however large the state is.
 */
export class StoredFold {
  readonly #build: Build;
  readonly #state: BatchState;
  readonly #working: WorkingState;
  readonly #snapshots: SnapshotView;
  #collectionHashes: CollectionHashes;

  /** `snapshots` has the consensus hashes of the blocks that are folded as well, where they are not those of the build. */
  constructor(build: Build, { height, collectionHashes }: StoredStart, snapshots = storedSnapshots(build)) {
    this.#build = build;
    this.#state = new BatchState(build, new RowCache(), heldAt(height));
    this.#working = new WorkingState(this.#state);
    this.#snapshots = new SnapshotView(build.machine, snapshots);
    this.#collectionHashes = collectionHashes;
  }

  /** Reads ahead what blocks will ask for. A machine that throws here does so again when its block is folded. */
  async readAhead(inputs: readonly FoldInput[]): Promise<void> {
    const [first, last] = [inputs[0]?.height, inputs.at(-1)?.height];
    if (first === undefined || last === undefined) return;
    this.#state.forgetRanges();
    await this.#snapshots.prepare(first, last);
    const parsed = this.#parsed(inputs);
    if (parsed !== null) await prefetchBlocks(this.#build.machine, this.#working, parsed);
  }

  /** Folds the next block. @throws MachineFaulted, SnapshotMissing, SnapshotMismatch */
  async connect(input: FoldInput): Promise<FoldedBlock> {
    const { machine } = this.#build;
    await this.#snapshots.prepare(input.height as Height, input.height as Height);
    const target = { working: this.#working, snapshots: this.#snapshots, collectionHashes: this.#collectionHashes };
    const folded = await foldBlock(machine, target, parseBlock(machine, input), { withSteps: true });
    this.#collectionHashes = folded.collectionHashes;
    return folded;
  }

  #parsed(inputs: readonly FoldInput[]): readonly ParsedBlock[] | null {
    try {
      return inputs.map((input) => parseBlock(this.#build.machine, input));
    } catch {
      return null;
    }
  }
}
