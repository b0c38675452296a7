import { anchorHeight } from '@virtualchain/machine';
import { sql } from 'kysely';
import { readNewestBlock } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import { onBuilds } from '../build/builds-table.ts';
import { lockCheckpoint } from '../build/checkpoint.ts';
import { countRows, type History, historiesOf } from '../build/collection-history.ts';
import { inSnapshot, orDatabaseError } from '../build/database/database.ts';
import { historyFloor } from '../build/history-floor.ts';
import { HeightOutOfRange } from '../errors.ts';
import { HISTORY_BLOCKS_MIN, PRUNED_ROWS_PER_STATEMENT } from '../limits.ts';
import { changeBuilds } from '../registry/change-builds.ts';
import type { MachineInstance } from '../registry/registered-build.ts';
import { type Registry, readLiveBuild } from '../registry/registry.ts';

/** Which history of a live build goes. */
export interface PruneOptions {
  readonly registry: Registry;
  readonly instance: MachineInstance;
  /** The lowest height whose state can be read afterwards: at least so many blocks below the newest as a reorganisation may need. */
  readonly from: number;
  /** Counts alone. */
  readonly isDryRun: boolean;
  /** How many of the rows are gone. */
  readonly onProgress?: (gone: number, of: number) => void;
}

/** What was pruned, or would be. */
export interface Pruned {
  readonly schema: string;
  readonly from: number;
  readonly tip: number;
  /** Rows that ended at `from` or below. */
  readonly rows: number;
  /** What they take in their tables, about, their indexes included. Postgres uses the room again, and gives it back by `VACUUM FULL`. */
  readonly bytes: number;
}

/**
 * Removes rows that no state from a height on holds. Blocks, operations, verdicts, records, hashes and the feed stay: what goes is what
 * states at lower heights were made of, and the way back to them. First the build says so, under the lock of its checkpoint, so that
 * nobody reads or rolls back below from then on; what ends in the middle goes on when it is called again.
 *
 * @throws HeightOutOfRange; NoLiveBuild, VersionDiffers, ParametersDiffer, LayoutDiffers, DatabaseUnavailable.
 */
export async function pruneHistory({ registry, instance, from, isDryRun, onProgress }: PruneOptions): Promise<Pruned> {
  const { machine } = instance;
  const { schema, layout } = await readLiveBuild(registry.db, instance);
  const build: Build = { db: registry.db, schema, layout, machine };
  const tip = await orDatabaseError(() => refuseOutside(build, from));
  const { rows, bytes } = await inSnapshot(registry.db, (db) => sizeOf({ ...build, db }, from));
  if (isDryRun) return { schema, from, tip, rows, bytes };
  await changeBuilds(registry.postgresUrl, instance, async (db) => {
    await lockCheckpoint({ db, schema });
    await onBuilds(db).updateTable('builds').set({ history_from: from }).where('schema_name', '=', schema).execute();
  });
  let gone = 0;
  for (const history of historiesOf(build)) {
    for (let removed = PRUNED_ROWS_PER_STATEMENT; removed >= PRUNED_ROWS_PER_STATEMENT; ) {
      removed = await orDatabaseError(() => removeEnded(history, from));
      gone += removed;
      if (removed > 0) onProgress?.(gone, rows);
    }
  }
  return { schema, from, tip, rows: gone, bytes };
}

/** @returns the newest height */
async function refuseOutside(build: Build, from: number): Promise<number> {
  const { machine } = build;
  const anchor = anchorHeight(machine);
  const tip = (await readNewestBlock(build, { isFolded: true }))?.height ?? anchor;
  const [lowest, highest] = [Math.max(anchor, (await historyFloor(build)) ?? anchor), tip - HISTORY_BLOCKS_MIN];
  if (from < lowest || from > highest)
    throw new HeightOutOfRange(machine.name, from, lowest, Math.max(lowest, highest));
  return tip;
}

const endedUpTo = (height: number) => sql`t.valid_to <= ${height}`;

async function sizeOf(build: Build, from: number): Promise<Pick<Pruned, 'rows' | 'bytes'>> {
  let [rows, bytes] = [0, 0];
  for (const history of historiesOf(build)) {
    const [ended, all] = [await countRows(history, endedUpTo(from)), await countRows(history, sql`true`)];
    const { rows: found } = await sql<{ size: string }>`
      select pg_total_relation_size(${history.table}::regclass) as size`.execute(history.db);
    rows += ended;
    bytes += all === 0 ? 0 : Math.round((Number(found[0]?.size ?? 0) * ended) / all);
  }
  return { rows, bytes };
}

/** @returns how many rows went */
async function removeEnded({ db, table }: History, from: number): Promise<number> {
  const { numAffectedRows } = await sql`delete from ${sql.table(table)} where ctid = any(array(
    select t.ctid from ${sql.table(table)} t where ${endedUpTo(from)} limit ${PRUNED_ROWS_PER_STATEMENT}))`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
