import { type AnyStateMachine, anchorHeight, type CollectionHashes } from '@virtualchain/machine';
import type { Cursor, LogChange } from '@virtualchain/operation-log';
import { placeBlocks, readMarks } from '../build/block-places.ts';
import { countVerdicts } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import { checkNotRetired } from '../build/builds-table.ts';
import { inMoved, readCheckpoint, writeFault } from '../build/checkpoint.ts';
import { emptyCollections } from '../build/collection-history.ts';
import { asDatabaseError, orDatabaseError } from '../build/database/database.ts';
import { positionsOf, type RetractedBlock } from '../build/feed/feed.ts';
import { BuildRetired } from '../errors.ts';
import { type Advanced, type BlockMark, type Checkpoint, type Fault, type Projection, startOf } from '../port.ts';
import { advancedBy } from './advanced.ts';
import { Batch, type Known, nothingKnown } from './batch.ts';
import { projectionPoints } from './points.ts';
import { checkFollows, runsOf } from './runs.ts';

/** What a projection is opened with; `openProjection` and `createBuild` make it. */
export interface PostgresProjectionOptions {
  readonly build: Build;
  readonly genesisHashes: CollectionHashes;
  /** Gives up what `build` is read through. */
  readonly close: () => Promise<void>;
}

/** Where a build stands, and what else is known of it. */
interface Standing {
  readonly checkpoint: Checkpoint;
  readonly known: Known;
}

/** A build in Postgres. */
export class PostgresProjection implements Projection {
  readonly build: Build;
  readonly #options: PostgresProjectionOptions;
  /** Null where it has to be read: at first, and after a failure, which may have happened before COMMIT or after it. */
  #standing: Standing | null = null;

  constructor(options: PostgresProjectionOptions) {
    this.build = options.build;
    this.#options = options;
  }

  get schema(): string {
    return this.build.schema;
  }

  get machine(): AnyStateMachine {
    return this.build.machine;
  }

  async checkpoint(): Promise<Checkpoint> {
    return (await this.#read()).checkpoint;
  }

  async advance(changes: readonly LogChange[]): Promise<Advanced> {
    const standing = this.#standing ?? (await this.#read());
    const { checkpoint } = standing;
    const last = changes.at(-1);
    if (last === undefined) return advancedBy([], countVerdicts([]), checkpoint);
    checkFollows(this.schema, checkpoint.cursor, changes);
    const feedRows = changes.reduce((sum, change) => sum + this.#feedRowsOf(change), 0);
    const batch = await this.#move(standing, last.cursor, feedRows, async (pending) => {
      for (const run of runsOf(changes)) {
        if (run.kind === 'connected') await pending.connect(run.changes);
        else await pending.disconnect(run.changes);
      }
    });
    return advancedBy(changes, batch.verdicts, (this.#standing ?? standing).checkpoint);
  }

  async *marks(): AsyncGenerator<BlockMark> {
    const { cursor } = await this.checkpoint();
    try {
      yield* readMarks(this.build, cursor?.log ?? '');
    } catch (error) {
      throw asDatabaseError(error);
    }
  }

  async rewind(to: BlockMark | null): Promise<void> {
    const standing = await this.#read();
    const { cursor } = standing.checkpoint;
    if (cursor !== null) await this.#retract(standing, to?.cursor ?? startOf(cursor.log));
  }

  async attach(log: string, places: readonly BlockMark[]): Promise<void> {
    await this.#retract(await this.#read(), places.at(-1)?.cursor ?? startOf(log), places);
  }

  async setFault(fault: Fault | null, from?: Checkpoint): Promise<void> {
    this.#standing = null;
    await orDatabaseError(() => writeFault(this.build, fault, from));
  }

  async close(): Promise<void> {
    await this.#options.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #read(): Promise<Standing> {
    this.#standing = null;
    const known = nothingKnown(this.build);
    const checkpoint = await orDatabaseError(async () => {
      await checkNotRetired(this.build); // who waits at a fault of the old build would wait for ever
      const found = await readCheckpoint(this.build);
      // Whoever else folds into it from now on moves the checkpoint, and we read again.
      if (found.cursor === null) for (const name of await emptyCollections(this.build)) known.rows.startEmpty(name);
      return found;
    });
    this.#standing = { checkpoint, known };
    return this.#standing;
  }

  /** Blocks above `cursor` are taken back without a record of the log: the log itself went back. */
  async #retract(standing: Standing, cursor: Cursor, places: readonly BlockMark[] = []): Promise<void> {
    const height = cursor.height ?? -1;
    const retracted: RetractedBlock[] = await orDatabaseError(async () => {
      const above: RetractedBlock[] = [];
      for await (const mark of readMarks(this.build, cursor.log)) {
        if (mark.height <= height) break;
        above.push({ height: mark.height, hash: mark.hash, sequence: cursor.sequence, offset: cursor.offset });
      }
      return above;
    });
    await this.#move(standing, cursor, retracted.length, async (pending, build) => {
      await pending.retract(retracted, height);
      projectionPoints.pass('in-rewind');
      await placeBlocks(build, places);
    });
  }

  /**
   * Moves the checkpoint, and does all else of a batch, in one transaction. What is known goes with the batch, and comes
   * back when the batch is committed.
   */
  async #move(
    { checkpoint: from, known }: Standing,
    to: Cursor,
    feedRows: number,
    work: (batch: Batch, build: Build) => Promise<void>,
  ): Promise<Batch> {
    const { genesisHashes } = this.#options;
    const feedPosition = from.feedPosition + feedRows;
    this.#standing = null;
    const batch = await inMoved(this.build, { from, to, feedPosition }, async (db) => {
      projectionPoints.pass('after-checkpoint');
      const build = { ...this.build, db };
      const pending = new Batch(build, { known, feedPosition: from.feedPosition, genesisHashes });
      try {
        await work(pending, build);
      } catch (error) {
        await throwRetired(build);
        throw error;
      }
      projectionPoints.pass('before-commit');
      return pending;
    });
    projectionPoints.pass('after-commit');
    this.#standing = { checkpoint: { cursor: to, feedPosition, status: 'running', fault: null }, known: batch.known };
    return batch;
  }

  #feedRowsOf(change: LogChange): number {
    if (change.kind === 'disconnected') return 1;
    return positionsOf(change.event.height > anchorHeight(this.machine) ? change.operations.length : null);
  }
}

/** That a build was retired counts more than what went wrong in it. A transaction that failed cannot tell. */
async function throwRetired(build: Build): Promise<void> {
  try {
    await checkNotRetired(build);
  } catch (error) {
    if (error instanceof BuildRetired) throw error;
  }
}
