import type { Collection, Row } from '@virtualchain/machine';
import { sql } from 'kysely';
import type { PostgresProjection } from '../advance/postgres-projection.ts';
import { dbOf, orDatabaseError } from '../build/database.ts';
import { rowFromSql } from '../build/sql-columns.ts';
import { collectionTable } from '../build/tables.ts';
import { NotFound } from '../errors.ts';

export interface RowsOptions {
  /** The state at this height; the newest by default. */
  readonly at?: number;
  /** Values of the first key columns. */
  readonly key?: Row;
  readonly limit?: number;
}

/** Rows of a collection in key order, at the tip or at any past height. Reads go through MikroORM. */
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
  const validity =
    options.at === undefined
      ? { valid_to: null }
      : { valid_from: { $lte: options.at }, $or: [{ valid_to: null }, { valid_to: { $gt: options.at } }] };
  const found = await orDatabaseError(() =>
    projection.orm.em.fork().find(
      collectionTable(name) as never,
      { ...validity, ...(options.key ?? {}) } as never,
      {
        orderBy: Object.fromEntries(collection.key.map((column) => [column, 'asc'])) as never,
        ...(options.limit === undefined ? {} : { limit: options.limit }),
      } as never,
    ),
  );
  return (found as readonly Record<string, unknown>[]).map((row) => rowFromSql(collection.columns, row));
}

/** The seals of one block, as a projection stores them. */
export interface StoredHashes {
  readonly height: number;
  readonly hash: string;
  readonly opsHash: string | null;
  readonly consensusHash: string | null;
  readonly changesHash: string | null;
}

/** The hashes of every block of a projection, lowest first. */
export async function readHashes(projection: PostgresProjection): Promise<readonly StoredHashes[]> {
  const found = await orDatabaseError(() =>
    projection.orm.em.fork().find('blocks' as never, {} as never, { orderBy: { height: 'asc' } as never }),
  );
  return (found as readonly Record<string, unknown>[]).map((row) => ({
    height: Number(row['height']),
    hash: String(row['hash']),
    opsHash: row['ops_hash'] as string | null,
    consensusHash: row['consensus_hash'] as string | null,
    changesHash: row['changes_hash'] as string | null,
  }));
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
  const feed = sql.table(`${projection.schema}.feed`);
  const { rows } = await orDatabaseError(() =>
    sql<{ kind: string; hash: string; operations: string }>`
      select f.kind, f.hash, (select count(*) from ${feed} o where o.kind = 'operation' and o.hash = f.hash) as operations
      from ${feed} f where f.kind <> 'operation' order by f.position`.execute(dbOf(projection.orm.em.fork())),
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
