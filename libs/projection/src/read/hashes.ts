import type { PostgresProjection } from '../advance/postgres-projection.ts';
import { readAllHashes, type StoredHashes } from '../build/blocks.ts';
import { orDatabaseError } from '../build/database/database.ts';

/** The hashes of every block of a projection, lowest first. */
export function readHashes(projection: PostgresProjection): Promise<readonly StoredHashes[]> {
  return orDatabaseError(() => readAllHashes(projection.build));
}
