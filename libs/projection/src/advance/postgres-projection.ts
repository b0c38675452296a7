import type { MikroORM } from '@mikro-orm/postgresql';
import type { BlockHash, Height } from '@virtualchain/bitcoin';
import {
  type AnyStateMachine,
  anchorHeight,
  type CollectionHashes,
  type FoldedBlock,
  foldBlock,
  parseBlock,
  prefetchBlocks,
  type RowChange,
  SnapshotView,
  WorkingState,
} from '@virtualchain/machine';
import type { ConnectedBlock, Cursor, LogChange } from '@virtualchain/operation-log';
import { sql } from 'kysely';
import {
  type Checkpoint,
  type Fault,
  moveCheckpoint,
  readCheckpoint,
  startOf,
  writeFault,
} from '../build/checkpoint.ts';
import { closeOrm, type Db, dbOf, inTransaction, orDatabaseError } from '../build/database.ts';
import { markOf } from '../build/mark.ts';
import { BuildRetired } from '../errors.ts';
import { MARKS_PER_PAGE_MAX } from '../limits.ts';
import type { Advanced, BlockMark, Projection } from '../port.ts';
import { snapshotSource } from '../snapshot/snapshot-source.ts';
import { advancedBy } from './advanced.ts';
import { projectionPoints } from './points.ts';
import { PostgresState } from './postgres-state.ts';
import { placeBlocks, rollBack } from './roll-back.ts';
import { checkFollows, runsOf } from './runs.ts';
import { insertFeedRows, type RunBlock, writeRun } from './write-run.ts';

/** What a projection is opened with; `openProjection` and `createBuild` make it. */
export interface PostgresProjectionOptions {
  readonly orm: MikroORM;
  readonly schema: string;
  readonly machine: AnyStateMachine;
  readonly genesisHashes: CollectionHashes;
}

/** A build in Postgres. */
export class PostgresProjection implements Projection {
  readonly schema: string;
  readonly machine: AnyStateMachine;
  readonly orm: MikroORM;
  readonly #genesisHashes: CollectionHashes;
  readonly #state: PostgresState;
  #checkpoint: Checkpoint | null = null;
  #snapshots: SnapshotView;
  #collectionHashes: CollectionHashes | null = null;
  #db: Db | null = null;

  constructor({ orm, schema, machine, genesisHashes }: PostgresProjectionOptions) {
    this.orm = orm;
    this.schema = schema;
    this.machine = machine;
    this.#genesisHashes = genesisHashes;
    this.#state = new PostgresState(schema, machine.collections);
    this.#snapshots = this.#newSnapshots();
  }

  async checkpoint(): Promise<Checkpoint> {
    this.#forget();
    this.#checkpoint = await orDatabaseError(async () => {
      const db = dbOf(this.orm.em.fork());
      await this.#checkNotRetired(db); // who waits at a fault of the old build would wait for ever
      return readCheckpoint(db, this.schema);
    });
    return this.#checkpoint;
  }

  async advance(changes: readonly LogChange[]): Promise<Advanced> {
    const from = this.#checkpoint ?? (await this.checkpoint());
    const last = changes.at(-1);
    if (last === undefined) return advancedBy([], [], from);
    checkFollows(this.schema, from.cursor, changes);
    const feedPosition = changes.reduce((sum, change) => sum + this.#feedRowsOf(change), from.feedPosition);
    const learned: RowChange[][] = [];
    const folded: FoldedBlock[] = [];
    try {
      await inTransaction(this.orm, async (db) => {
        this.#use(db);
        await moveCheckpoint(db, this.schema, from, last.cursor, feedPosition);
        projectionPoints.pass('after-checkpoint');
        await this.#checkNotRetired(db);
        let position = from.feedPosition;
        for (const run of runsOf(changes)) {
          if (run.kind === 'disconnected') {
            await this.#disconnectRun(db, run.changes, position);
            learned.length = 0;
            position += run.changes.length;
          } else {
            const blocks = await this.#connectRun(db, run.changes, position);
            learned.push(blocks.flatMap(({ changes: rows }) => rows));
            folded.push(...blocks);
            position += run.changes.reduce((sum, change) => sum + this.#feedRowsOf(change), 0);
          }
        }
        projectionPoints.pass('before-commit');
      });
      projectionPoints.pass('after-commit');
    } catch (error) {
      this.#forget();
      throw error;
    } finally {
      this.#use(null);
    }
    for (const changesOfRun of learned) this.#state.remember(changesOfRun);
    this.#checkpoint = { cursor: last.cursor, feedPosition, status: 'running', fault: null };
    return advancedBy(changes, folded, this.#checkpoint);
  }

  async *marks(): AsyncGenerator<BlockMark> {
    const checkpoint = await this.checkpoint();
    let below = 2 ** 31 - 1;
    for (;;) {
      const { rows } = await orDatabaseError(() =>
        sql<
          Record<string, unknown>
        >`select height, hash, epoch, writer, first_sequence, last_sequence, first_offset, last_offset
          from ${sql.table(`${this.schema}.blocks`)} where height < ${below} order by height desc limit ${MARKS_PER_PAGE_MAX}`.execute(
          dbOf(this.orm.em.fork()),
        ),
      );
      for (const row of rows) yield markOf(row, checkpoint.cursor?.log ?? '');
      if (rows.length < MARKS_PER_PAGE_MAX) return;
      below = Number(rows.at(-1)?.['height']);
    }
  }

  async rewind(to: BlockMark | null): Promise<void> {
    const from = await this.checkpoint();
    if (from.cursor === null) return;
    const cursor = to?.cursor ?? startOf(from.cursor.log);
    const target = to?.height ?? -1;
    await this.#retract(from, cursor, target);
  }

  async attach(log: string, places: readonly BlockMark[]): Promise<void> {
    const from = await this.checkpoint();
    const cursor = places.at(-1)?.cursor ?? startOf(log);
    await this.#retract(from, cursor, cursor.height ?? -1, (db) => placeBlocks(db, this.schema, places));
  }

  async setFault(fault: Fault | null, from?: Checkpoint): Promise<void> {
    this.#checkpoint = null;
    await orDatabaseError(() => writeFault(dbOf(this.orm.em.fork()), this.schema, fault, from));
  }

  async close(): Promise<void> {
    await closeOrm(this.orm);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Blocks above `target` are taken back without a record of the log: the log itself went back. */
  async #retract(from: Checkpoint, cursor: Cursor, target: number, also?: (db: Db) => Promise<void>): Promise<void> {
    try {
      await inTransaction(this.orm, async (db) => {
        const { rows } = await sql<{
          height: number;
          hash: string;
        }>`select height, hash from ${sql.table(`${this.schema}.blocks`)}
          where height > ${target} order by height desc`.execute(db);
        await moveCheckpoint(db, this.schema, from, cursor, from.feedPosition + rows.length);
        await rollBack(db, this.schema, this.machine, target);
        projectionPoints.pass('in-rewind');
        const retracted = rows.map((row) => ({
          kind: 'disconnected' as const,
          height: row.height,
          hash: row.hash,
          firstSequence: cursor.sequence,
          lastSequence: cursor.sequence,
          offset: cursor.offset,
        }));
        await insertFeedRows(db, this.schema, retracted, from.feedPosition);
        await also?.(db);
      });
    } finally {
      this.#forget();
    }
  }

  async #connectRun(db: Db, changes: readonly ConnectedBlock[], feedPosition: number): Promise<FoldedBlock[]> {
    const anchor = anchorHeight(this.machine);
    const folding = changes
      .filter(({ event }) => event.height > anchor)
      .map((change) => parseBlock(this.machine, inputOf(change)));
    const working = new WorkingState(this.#state);
    await prefetchBlocks(this.machine, working, folding);
    const first = folding[0]?.input.height;
    const last = folding.at(-1)?.input.height;
    if (first !== undefined && last !== undefined) await this.#snapshots.prepare(first, last);
    let collectionHashes = await this.#hashes(db);
    const run: RunBlock[] = [];
    let next = 0;
    for (const change of changes) {
      const parsed = change.event.height > anchor ? folding[next++] : undefined;
      if (parsed === undefined) {
        run.push({ change, folded: null });
        continue;
      }
      const folded = await foldBlock(this.machine, { working, snapshots: this.#snapshots, collectionHashes }, parsed);
      collectionHashes = folded.collectionHashes;
      run.push({ change, folded });
    }
    this.#collectionHashes = collectionHashes;
    await writeRun(db, this.schema, this.machine.collections, run, feedPosition);
    return run.flatMap(({ folded }) => folded ?? []);
  }

  async #disconnectRun(db: Db, changes: readonly LogChange[], feedPosition: number): Promise<void> {
    const lowest = Math.min(...changes.map(({ event }) => event.height));
    await rollBack(db, this.schema, this.machine, lowest - 1);
    const rows = changes.map(({ event, offset }) => ({
      kind: 'disconnected' as const,
      height: event.height,
      hash: event.hash,
      firstSequence: event.sequence,
      lastSequence: event.sequence,
      offset,
    }));
    await insertFeedRows(db, this.schema, rows, feedPosition);
    this.#state.forget();
    this.#collectionHashes = null;
    this.#snapshots = this.#newSnapshots();
  }

  #feedRowsOf(change: LogChange): number {
    if (change.kind === 'disconnected') return 1;
    return change.event.height > anchorHeight(this.machine) ? 1 + change.operations.length : 1;
  }

  async #hashes(db: Db): Promise<CollectionHashes> {
    if (this.#collectionHashes !== null) return this.#collectionHashes;
    const { rows } = await sql<{ collection_hashes: CollectionHashes | null }>`select collection_hashes
      from ${sql.table(`${this.schema}.blocks`)} order by height desc limit 1`.execute(db);
    return rows[0]?.collection_hashes ?? this.#genesisHashes;
  }

  /** A rebuild may have taken our place; the switch holds our checkpoint's lock, so one look inside the batch is enough. */
  async #checkNotRetired(db: Db): Promise<void> {
    const { rows } = await sql<{
      status: string;
    }>`select status from vchain.builds where schema_name = ${this.schema}`.execute(db);
    if (rows[0]?.status === 'retired') throw new BuildRetired(this.schema);
  }

  #use(db: Db | null): void {
    this.#db = db;
    this.#state.use(db);
  }

  #forget(): void {
    this.#checkpoint = null;
    this.#collectionHashes = null;
    this.#state.forget();
    this.#snapshots = this.#newSnapshots();
  }

  #newSnapshots(): SnapshotView {
    return new SnapshotView(
      this.machine,
      snapshotSource(() => this.#db ?? dbOf(this.orm.em.fork()), this.schema),
    );
  }
}

function inputOf({ event, operations }: ConnectedBlock) {
  return {
    height: event.height as Height,
    hash: event.hash as BlockHash,
    previousHash: event.previousHash as BlockHash,
    time: event.time,
    operations,
  };
}
