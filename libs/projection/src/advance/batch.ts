import {
  anchorHeight,
  type CollectionHashes,
  type FoldInput,
  foldBlock,
  parseBlock,
  prefetchBlocks,
  type SnapshotSource,
  SnapshotView,
  WorkingState,
} from '@virtualchain/machine';
import type { ConnectedBlock, DisconnectedBlock } from '@virtualchain/operation-log';
import { readNewestBlock, storedSnapshots } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import { checkNotRetired } from '../build/builds-table.ts';
import { appendRetracted, type RetractedBlock } from '../build/feed/feed.ts';
import { VERDICTS } from '../build/operations.ts';
import type { WrittenBlock } from '../build/stored.ts';
import { BatchState } from './batch-state.ts';
import { checkKept, rollBack } from './roll-back.ts';
import { RowCache } from './row-cache.ts';
import { writeRun, writtenFold } from './write-run.ts';

/** What is known of a build without reading it. */
export interface Known {
  readonly rows: RowCache;
  readonly snapshots: SnapshotView;
  /** Of the newest block. */
  readonly collectionHashes: CollectionHashes | null;
}

export function nothingKnown(build: Build): Known {
  const snapshots = new SnapshotView(build.machine, snapshotsOf(build));
  return { rows: new RowCache(), snapshots, collectionHashes: null };
}

function snapshotsOf(build: Build): SnapshotSource {
  return storedSnapshots(build, anchorHeight(build.machine));
}

/** What a batch begins with. */
export interface BatchStart {
  /** The batch changes it as it goes: it belongs to nobody else from now on. */
  readonly known: Known;
  readonly feedPosition: number;
  readonly genesisHashes: CollectionHashes;
}

/**
 * Everything that one transaction has pending. When it fails, the batch is thrown away with all that it knew; when its
 * COMMIT is acknowledged, what it knows then is what is known of the build.
 */
export class Batch {
  /** Of every block that was folded, those that were taken back too. */
  readonly verdicts = { accepted: 0, rejected: 0, ignored: 0 };
  readonly #build: Build;
  readonly #genesisHashes: CollectionHashes;
  #feedPosition: number;
  #known: Known;

  /** `build` is the build within the batch's transaction. */
  constructor(build: Build, { known, feedPosition, genesisHashes }: BatchStart) {
    this.#build = build;
    this.#genesisHashes = genesisHashes;
    this.#feedPosition = feedPosition;
    this.#known = { ...known, snapshots: known.snapshots.over(snapshotsOf(build)) };
  }

  get known(): Known {
    return this.#known;
  }

  /** Folds neighbouring blocks and writes what they did. */
  async connect(changes: readonly ConnectedBlock[]): Promise<void> {
    const state = new BatchState(this.#build, this.#known.rows);
    const run = await this.#fold(changes, new WorkingState(state));
    this.#feedPosition = await writeRun(this.#build, run, this.#feedPosition);
    for (const { folded } of run) {
      if (folded === null) continue;
      state.written(folded.changes);
      for (const kind of VERDICTS) this.verdicts[kind] += folded.verdicts[kind];
    }
  }

  /** Takes neighbouring blocks back that the log disconnected. */
  async disconnect(changes: readonly DisconnectedBlock[]): Promise<void> {
    const lowest = Math.min(...changes.map(({ event }) => event.height));
    const retracted = changes.map(({ event: { height, hash, sequence }, offset }) => ({
      height,
      hash,
      sequence,
      offset,
    }));
    await this.retract(retracted, lowest - 1);
  }

  /** Takes the blocks above a height back: the one way by which anything is taken back. No row is known afterwards. */
  async retract(blocks: readonly RetractedBlock[], height: number): Promise<void> {
    await checkNotRetired(this.#build);
    await checkKept(this.#build, height);
    await rollBack(this.#build, height);
    this.#feedPosition = await appendRetracted(this.#build, blocks, this.#feedPosition);
    const { rows } = this.#known;
    rows.clear();
    this.#known = { ...nothingKnown(this.#build), rows };
  }

  async #fold(changes: readonly ConnectedBlock[], working: WorkingState): Promise<readonly WrittenBlock[]> {
    const { machine } = this.#build;
    const { snapshots } = this.#known;
    const anchor = anchorHeight(machine);
    const parsed = changes.map((change) =>
      change.event.height > anchor ? parseBlock(machine, inputOf(change)) : null,
    );
    const folding = parsed.filter((block) => block !== null);
    await prefetchBlocks(machine, working, folding);
    const [first, last] = [folding[0]?.input.height, folding.at(-1)?.input.height];
    if (first !== undefined && last !== undefined) await snapshots.prepare(first, last);
    let collectionHashes = await this.#collectionHashes();
    const run: WrittenBlock[] = [];
    for (const [i, change] of changes.entries()) {
      const block = parsed[i] ?? null;
      const target = { working, snapshots, collectionHashes };
      const folded = block === null ? null : await foldBlock(machine, target, block, { withSteps: true });
      collectionHashes = folded?.collectionHashes ?? collectionHashes;
      run.push({ change, folded: folded === null ? null : writtenFold(machine, folded) });
    }
    this.#known = { ...this.#known, collectionHashes };
    return run;
  }

  async #collectionHashes(): Promise<CollectionHashes> {
    if (this.#known.collectionHashes !== null) return this.#known.collectionHashes;
    return (await readNewestBlock(this.#build))?.collectionHashes ?? this.#genesisHashes;
  }
}

function inputOf({ event, operations }: ConnectedBlock): FoldInput {
  return {
    height: event.height,
    hash: event.hash,
    previousHash: event.previousHash,
    time: event.time,
    operations,
  };
}
