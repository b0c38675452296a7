import type { Collection, Row } from '@virtualchain/machine';
import { sql } from 'kysely';
import type { PostgresProjection } from '../advance/postgres-projection.ts';
import { readAllHashes, type StoredHashes } from '../build/blocks.ts';
import { nameOf } from '../build/build.ts';
import { historyOf, readVersions } from '../build/collection-history.ts';
import { all, current, equalTo, given, heldAt } from '../build/conditions.ts';
import { orDatabaseError } from '../build/database.ts';
import { Feed } from '../build/feed.ts';
import { NotFound } from '../errors.ts';

export interface RowsOptions {
  /** The state at this height; the newest by default. */
  readonly at?: number;
  /** Values of the first key columns. */
  readonly key?: Row;
  readonly limit?: number;
}

/** Rows of a collection in key order, at the tip or at any past height. */
export async function readRows(
  projection: PostgresProjection,
  name: string,
  options: RowsOptions = {},
): Promise<readonly Row[]> {
  const collection = (projection.machine.collections as Readonly<Record<string, Collection>>)[name];
  if (collection === undefined) {
    const known = Object.keys(projection.machine.collections).join(', ');
    throw new NotFound(`${projection.machine.name} has no collection ${JSON.stringify(name)}; it has ${known}`);
  }
  const { at, key = {}, limit } = options;
  const history = historyOf(projection.build, name);
  const where = all(at === undefined ? current : heldAt(at), equalTo(collection.columns, given(key), key));
  const selection = { where, order: collection.key, ...(limit === undefined ? {} : { limit }) };
  return (await orDatabaseError(() => readVersions(history, selection))).map(({ row }) => row);
}

/** The hashes of every block of a projection, lowest first. */
export function readHashes(projection: PostgresProjection): Promise<readonly StoredHashes[]> {
  return orDatabaseError(() => readAllHashes(projection.build));
}

export interface FeedTotals {
  /** Runs of disconnected blocks, and the longest of them. */
  readonly reorgs: number;
  readonly reorgDepth: number;
  /** Operations of disconnected blocks. */
  readonly retracted: number;
}

/** What a projection went through, counted from its feed. */
export async function feedTotals(projection: PostgresProjection): Promise<FeedTotals> {
  const { build } = projection;
  const feed = nameOf(build, Feed);
  const { rows } = await orDatabaseError(() =>
    sql<{ kind: string; hash: string; operations: string }>`
      select f.kind, f.hash, (select count(*) from ${feed} o where o.kind = 'operation' and o.hash = f.hash) as operations
      from ${feed} f where f.kind <> 'operation' order by f.position`.execute(build.db),
  );
  let [reorgs, reorgDepth, retracted, depth] = [0, 0, 0, 0];
  for (const { kind, operations } of rows) {
    depth = kind === 'disconnected' ? depth + 1 : 0;
    if (depth === 1) reorgs++;
    if (depth > 0) retracted += Number(operations);
    reorgDepth = Math.max(reorgDepth, depth);
  }
  return { reorgs, reorgDepth, retracted };
}
