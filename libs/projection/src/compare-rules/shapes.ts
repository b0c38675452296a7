import type { Collection, Collections } from '@virtualchain/machine';
import { sql } from 'kysely';
import type { Build } from '../build/build.ts';
import { collectionTable } from '../build/collection-table.ts';
import { orDatabaseError } from '../build/database/database.ts';
import { columnTypeOf } from '../build/sql-columns.ts';

/** Every table of a build holds these beside the columns of its collection. */
const HEIGHTS: ReadonlySet<string> = new Set(['valid_from', 'valid_to']);

interface StoredColumn {
  readonly relation: string;
  readonly name: string;
  readonly type: string;
  readonly isNullable: boolean;
  readonly isKey: boolean;
}

/**
 * The collections of a machine that a build, made by another version of it, has with other columns or another key, or not at
 * all; sorted. Their rows are not of one kind, so that nobody can compare them or go on from them.
 */
export function reshapedCollections(build: Build): Promise<readonly string[]> {
  return orDatabaseError(async () => {
    const { rows } = await sql<StoredColumn>`select c.relname as relation, a.attname as name,
        format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as "isNullable",
        coalesce(a.attnum = any(p.indkey), false) as "isKey"
      from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
        left join pg_index p on p.indrelid = c.oid and p.indisprimary
      where n.nspname = ${build.schema} and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped`.execute(build.db);
    const stored = Map.groupBy(rows, ({ relation }) => relation);
    const collections = Object.entries(build.machine.collections as Collections);
    return collections
      .filter(([name, collection]) => storedShape(stored.get(collectionTable(name)) ?? []) !== shapeOf(collection))
      .map(([name]) => name)
      .sort();
  });
}

function storedShape(columns: readonly StoredColumn[]): string {
  return shapeText(columns.filter(({ name }) => !HEIGHTS.has(name)));
}

function shapeOf({ columns, key }: Collection): string {
  const wanted = Object.entries(columns).map(([name, column]) => ({
    name,
    type: columnTypeOf(column).replace(/ collate .*/, ''),
    isNullable: column.nullable,
    isKey: key.includes(name),
  }));
  return shapeText(wanted);
}

function shapeText(columns: readonly Omit<StoredColumn, 'relation'>[]): string {
  return columns
    .map(({ name, type, isNullable, isKey }) => JSON.stringify([name, type, isNullable, isKey]))
    .sort()
    .join();
}
