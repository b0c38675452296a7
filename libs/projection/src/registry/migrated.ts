import { amongOthers } from '../build/database/among-others.ts';
import { connectDatabase, type Db, inTransaction, orDatabaseError } from '../build/database/database.ts';
import { SHARED_POOL_CONNECTIONS_MAX } from '../limits.ts';
import type { MigratedSchema } from './migrated-schema.ts';

/**
 * Works in one transaction on the tables of a schema, which are made or brought up to date before. No statement has a limit: whoever
 * comes waits for those who came before, an import of hours included. Where the transaction meets other sessions (a deadlock) all of it
 * is done again, from its beginning.
 *
 * @throws DatabaseBusy, DatabaseUnavailable, DatabaseRefused, PostgresUrlInvalid
 */
export async function inMigrated<Result>(
  postgresUrl: string,
  schema: MigratedSchema,
  work: (db: Db) => Promise<Result>,
): Promise<Result> {
  const { migrate } = await import('./migrations.ts'); // who only reads does without
  const purpose = { name: schema.name, connectionsMax: SHARED_POOL_CONNECTIONS_MAX, statementTimeoutMs: 0 };
  const { db, close } = connectDatabase(postgresUrl, purpose);
  try {
    await orDatabaseError(() => migrate(db, schema));
    return await amongOthers(() => inTransaction(db, work));
  } finally {
    await close();
  }
}
