import type { Height } from '@virtualchain/bitcoin';
import { type FoldedBlock, type FoldInput, foldBlock, parseBlock } from './fold.ts';
import {
  type CollectionHashes,
  emptyCollectionHashes,
  nextCollectionHashes,
  toldByCollection,
} from './hash/changes-hash.ts';
import type { ConsensusHash } from './hash/consensus-hash.ts';
import { type SnapshotSource, SnapshotView } from './snapshots.ts';
import type { Row } from './state/collection.ts';
import { encodeTuple } from './state/key-order.ts';
import { MemoryState } from './state/memory-state.ts';
import { WorkingState } from './state/working-state.ts';
import { type AnyStateMachine, anchorHeight } from './state-machine.ts';

export interface MemoryFoldOptions {
  /** How many of the newest blocks can be taken back; all of them by default. At least the newest is kept. */
  readonly undoBlocksMax?: number;
}

/** A state in mid-chain to go on from: what a projection keeps of a past height. */
export interface MemoryFoldStart {
  readonly height: Height;
  readonly rows: Readonly<Record<string, readonly Row[]>>;
  /** C(height) of every collection. */
  readonly collectionHashes: CollectionHashes;
  /** Consensus hashes up to `height`. */
  readonly snapshots: SnapshotSource;
}

/**
 * A machine on memory: folds blocks and takes them back. The oracle that every projection is compared with, and what
 * `verify` and the tests of machines run on.
 */
export class MemoryFold {
  readonly machine: AnyStateMachine;
  readonly state: MemoryState;
  readonly #blocks: FoldedBlock[] = [];
  readonly #byHash = new Map<string, Height>();
  readonly #start: Omit<MemoryFoldStart, 'rows'>;
  readonly #undoBlocksMax: number;
  readonly #consensusHashes: ConsensusHash[] = [];

  private constructor(
    machine: AnyStateMachine,
    state: MemoryState,
    start: Omit<MemoryFoldStart, 'rows'>,
    options: MemoryFoldOptions,
  ) {
    this.machine = machine;
    this.state = state;
    this.#start = start;
    this.#undoBlocksMax = Math.max(1, options.undoBlocksMax ?? Number.POSITIVE_INFINITY);
  }

  /** Opens a machine at its genesis: one height below the first folded block. */
  static async open(machine: AnyStateMachine, options: MemoryFoldOptions = {}): Promise<MemoryFold> {
    const state = new MemoryState(machine.collections);
    const { changes, hashes } = await foldGenesis(machine, state);
    state.apply(changes);
    const start = { height: anchorHeight(machine), collectionHashes: hashes, snapshots: NO_SNAPSHOTS };
    return new MemoryFold(machine, state, start, options);
  }

  /** Opens a machine at a past height, to fold on from there. */
  static openAt(machine: AnyStateMachine, start: MemoryFoldStart, options: MemoryFoldOptions = {}): MemoryFold {
    const state = new MemoryState(machine.collections);
    for (const [name, rows] of Object.entries(start.rows)) {
      const { columns, key } = machine.collections[name];
      state.apply(
        rows.map((row) => ({ collection: name, key: encodeTuple(columns, key, row), before: null, after: row })),
      );
    }
    return new MemoryFold(machine, state, start, options);
  }

  /** Folded blocks of the branch that are kept, oldest first. */
  get blocks(): readonly FoldedBlock[] {
    return this.#blocks;
  }

  get tip(): FoldedBlock | null {
    return this.#blocks.at(-1) ?? null;
  }

  /** Height of the newest block, or of the start. */
  get height(): Height {
    return (this.#start.height + this.#consensusHashes.length) as Height;
  }

  /** Folds the next block. Blocks at or below the highest initial snapshot are not for this machine and answer null. */
  async connect(input: FoldInput): Promise<FoldedBlock | null> {
    if (input.height <= anchorHeight(this.machine)) return null;
    if (input.height !== this.height + 1) throw new RangeError(`block ${input.height} does not follow ${this.height}`);
    const working = new WorkingState(this.state);
    const snapshots = this.#snapshots();
    await snapshots.prepare(input.height, input.height);
    const target = { working, snapshots, collectionHashes: this.collectionHashes };
    const folded = await foldBlock(this.machine, target, parseBlock(this.machine, input));
    this.reconnect(folded);
    return folded;
  }

  /** Puts a block back that was taken back, as it was folded then. */
  reconnect(folded: FoldedBlock): void {
    this.state.apply(folded.changes);
    this.#keep(folded);
  }

  /** Takes the newest block back; null when none is left to take back. */
  disconnect(): FoldedBlock | null {
    const folded = this.#blocks.pop();
    if (folded === undefined) {
      if (this.#consensusHashes.length === 0) return null;
      throw new RangeError(`block ${this.height} is beyond the ${this.#undoBlocksMax} blocks that can be taken back`);
    }
    this.state.revert(folded.changes);
    this.#byHash.delete(folded.consensusHash);
    this.#consensusHashes.pop();
    return folded;
  }

  /** Consensus hash of a block folded here, or of an initial snapshot. */
  consensusHashAt(height: Height): ConsensusHash | null {
    return this.#consensusHashes[height - this.#start.height - 1] ?? this.machine.initialSnapshots.get(height) ?? null;
  }

  /** C(h) of every collection at the newest block. */
  get collectionHashes(): CollectionHashes {
    if (this.tip === null && this.#consensusHashes.length > 0)
      throw new RangeError('the blocks that could be taken back are all gone');
    return this.tip?.collectionHashes ?? this.#start.collectionHashes;
  }

  #keep(folded: FoldedBlock): void {
    this.#blocks.push(folded);
    if (this.#blocks.length > this.#undoBlocksMax) this.#blocks.shift();
    this.#consensusHashes.push(folded.consensusHash);
    this.#byHash.set(folded.consensusHash, folded.block.height);
  }

  #snapshots(): SnapshotView {
    return new SnapshotView(this.machine, {
      at: async (heights) => {
        const earlier = await this.#start.snapshots.at(heights.filter((height) => height <= this.#start.height));
        const found = heights.flatMap((height) => {
          const hash = this.consensusHashAt(height) ?? earlier.get(height);
          return hash === undefined ? [] : [[height, hash] as const];
        });
        return new Map(found);
      },
      heightOf: async (hash) => this.#byHash.get(hash) ?? this.#start.snapshots.heightOf(hash),
    });
  }
}

const NO_SNAPSHOTS: SnapshotSource = { at: async () => new Map(), heightOf: async () => null };

/** The rows and collection hashes that a machine begins with, one height below its first folded block. */
export async function foldGenesis(machine: AnyStateMachine, state: MemoryState) {
  const working = new WorkingState(state);
  working.beginBlock();
  await machine.genesis?.(working.state);
  const changes = working.blockChanges();
  const empty = emptyCollectionHashes(machine.collections);
  const told = toldByCollection(machine.collections, changes);
  const hashes =
    changes.length === 0 ? empty : nextCollectionHashes(empty, anchorHeight(machine), machine.collections, told);
  return { changes, hashes };
}
