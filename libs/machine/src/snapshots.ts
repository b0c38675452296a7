import type { Height } from '@virtualchain/bitcoin';
import type { ConsensusHash } from './hash/consensus-hash.ts';
import { previousHeights } from './hash/consensus-hash.ts';
import { SNAPSHOTS_KEPT_MAX } from './limits.ts';
import type { AnyStateMachine, ConsensusWindow, Snapshots } from './state-machine.ts';

/** Committed consensus hashes, wherever they are kept; initial snapshots are the machine's and not asked for here. */
export interface SnapshotSource {
  /** Those that exist among `heights`. */
  at(heights: readonly Height[]): Promise<ReadonlyMap<Height, ConsensusHash>>;
  heightOf(hash: string): Promise<Height | null>;
}

/** Consensus hashes by height, and heights by hash. */
interface Seen {
  readonly known: Map<Height, ConsensusHash>;
  readonly heights: Map<string, Height>;
}

/**
 * Consensus hashes as a batch sees them: the machine's initial ones, the committed ones, and those of the blocks folded
 * so far in the batch. Remembers what it read; a rollback wants a new view.
 */
export class SnapshotView implements Snapshots {
  readonly #machine: AnyStateMachine;
  readonly #source: SnapshotSource;
  readonly #known: Map<Height, ConsensusHash>;
  readonly #heights: Map<string, Height>;

  constructor(machine: AnyStateMachine, source: SnapshotSource, seen: Seen = { known: new Map(), heights: new Map() }) {
    this.#machine = machine;
    this.#source = source;
    this.#known = seen.known;
    this.#heights = seen.heights;
    for (const [height, hash] of machine.initialSnapshots) this.add(height, hash);
  }

  /** The same view over another source of the same hashes, as the next transaction is: what was read is not read again. */
  over(source: SnapshotSource): SnapshotView {
    return new SnapshotView(this.#machine, source, { known: this.#known, heights: this.#heights });
  }

  /** A block of the batch was sealed. */
  add(height: Height, hash: ConsensusHash): void {
    this.#known.set(height, hash);
    this.#heights.set(hash, height);
  }

  async at(height: Height): Promise<ConsensusHash | null> {
    const known = this.#known.get(height);
    if (known !== undefined) return known;
    await this.load([height]);
    return this.#known.get(height) ?? null;
  }

  async heightOf(hash: string): Promise<Height | null> {
    return this.#heights.get(hash) ?? this.#source.heightOf(hash);
  }

  /** Brings what the blocks from `from` to `to` mix in and look back on into memory, in one query. */
  async prepare(from: Height, to: Height): Promise<void> {
    this.#forgetBelow(from - Math.max(SNAPSHOTS_KEPT_MAX, this.#machine.consensusWindow));
    const heights = new Set<Height>();
    for (let block = from; block <= to; block++) {
      for (const height of previousHeights(block, this.#machine.firstBlock)) if (height < from) heights.add(height);
    }
    for (let height = from - this.#machine.consensusWindow; height < from; height++) {
      if (height >= 0) heights.add(height as Height);
    }
    await this.load([...heights]);
  }

  /** What is committed is read again when it is wanted; initial snapshots are kept, the source does not have them. */
  #forgetBelow(floor: number): void {
    if (this.#known.size < this.#machine.initialSnapshots.size + 2 * SNAPSHOTS_KEPT_MAX) return;
    for (const [height, hash] of this.#known) {
      if (height >= floor || this.#machine.initialSnapshots.has(height)) continue;
      this.#known.delete(height);
      if (this.#heights.get(hash) === height) this.#heights.delete(hash);
    }
  }

  /** What block `height` mixes in, newest first; null in place of one that is missing. */
  async previousOf(height: Height): Promise<readonly (ConsensusHash | null)[]> {
    const heights = previousHeights(height, this.#machine.firstBlock);
    await this.load(heights);
    return heights.map((previous) => this.#known.get(previous) ?? null);
  }

  /** The hashes that count as recent for a block. `prepare` has read them. */
  windowOf(height: Height): ConsensusWindow {
    const floor = height - this.#machine.consensusWindow;
    const heightOf = (hash: string): Height | null => {
      const found = this.#heights.get(hash);
      return found !== undefined && found >= floor && found < height ? found : null;
    };
    return { heightOf, has: (hash) => heightOf(hash) !== null };
  }

  private async load(heights: readonly Height[]): Promise<void> {
    const missing = heights.filter((height) => !this.#known.has(height));
    if (missing.length === 0) return;
    for (const [height, hash] of await this.#source.at(missing)) this.add(height, hash);
  }
}
