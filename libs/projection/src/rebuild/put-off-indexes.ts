import { sql } from 'kysely';
import type { Build } from '../build/build.ts';
import { historiesOf } from '../build/collection-history.ts';
import { collectionTable, foldedByIndexes } from '../build/collection-table.ts';
import { amongOthers } from '../build/database/among-others.ts';
import { connectDatabase, inTransaction, orDatabaseError } from '../build/database/database.ts';
import { StoredOperations } from '../build/operations.ts';
import { StoredParties } from '../build/parties.ts';
import { SHARED_POOL_CONNECTIONS_MAX } from '../limits.ts';

/** The indexes and keys of a build that are not there yet. */
export interface PutOffIndexes {
  /** Makes them, unless they are there. `onMade` is told how many of how many. */
  make(onMade?: (made: number, of: number) => void): Promise<void>;
}

interface IndexMade {
  readonly table: string;
  readonly index: string;
  /** What makes it again, with the full names. */
  readonly made: string;
  readonly is_key: boolean;
}

/**
 * Takes away the indexes of a new build that its fold does not ask: over many rows that are there they are made in a fraction
 * of the time that they take row by row. Until they are made, blocks are taken back by reading whole tables.
 */
export async function putOffIndexes(postgresUrl: string, build: Build): Promise<PutOffIndexes> {
  let missing = await amongOthers(() => inTransaction(build.db, (db) => takeAway({ ...build, db })));
  return {
    async make(onMade) {
      const indexes = missing;
      if (indexes.length === 0) return;
      missing = [];
      // No limit for statements: an index over very many rows takes as long as it takes.
      const purpose = { name: build.schema, connectionsMax: SHARED_POOL_CONNECTIONS_MAX, statementTimeoutMs: 0 };
      const { db, close } = connectDatabase(postgresUrl, purpose);
      try {
        for (const [i, { made }] of indexes.entries()) {
          await amongOthers(() => orDatabaseError(() => sql.raw(made).execute(db)));
          onMade?.(i + 1, indexes.length);
        }
      } finally {
        await close();
      }
    },
  };
}

async function takeAway(build: Build): Promise<readonly IndexMade[]> {
  const indexes = await indexesOf(build);
  for (const { table, index, is_key } of indexes) {
    if (is_key)
      await sql`alter table ${sql.id(build.schema, table)} drop constraint ${sql.id(index)}`.execute(build.db);
    else await sql`drop index ${sql.id(build.schema, index)}`.execute(build.db);
  }
  return indexes;
}

/** Of the tables that grow with every operation, those that no fold asks. */
async function indexesOf(build: Build): Promise<readonly IndexMade[]> {
  const histories = historiesOf(build);
  const tables = [StoredOperations.name, StoredParties.name, ...histories.map(({ name }) => collectionTable(name))];
  const asked = histories.flatMap(({ name, collection }) => foldedByIndexes(collectionTable(name), collection));
  const { rows } = await sql<IndexMade>`select t.relname as "table", i.relname as "index", k.oid is not null as is_key,
      case when k.oid is null then pg_get_indexdef(i.oid)
        else format('alter table %I.%I add constraint %I %s', n.nspname, t.relname, k.conname, pg_get_constraintdef(k.oid))
      end as made
    from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
      join pg_namespace n on n.oid = t.relnamespace
      left join pg_constraint k on k.conindid = i.oid and k.conrelid = t.oid
    where n.nspname = ${build.schema} and t.relname = any(${tables}::text[]) and i.relname <> all(${asked}::text[])
    order by t.relname, i.relname`.execute(build.db);
  return rows;
}
