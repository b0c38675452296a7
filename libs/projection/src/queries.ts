import type { Collection, Row } from '@virtualchain/machine';
import { orDatabaseError } from './database.ts';
import { NotFound } from './errors.ts';
import type { PostgresProjection } from './postgres-projection.ts';
import { rowFromSql } from './sql-columns.ts';
import { collectionTable } from './tables.ts';

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
