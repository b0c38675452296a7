import { sql } from 'kysely';
import type { PostgresProjection } from '../advance/postgres-projection.ts';
import { nameOf } from '../build/build.ts';
import { orDatabaseError } from '../build/database/database.ts';
import { StoredFeed } from '../build/feed/feed.ts';
import type { RowOf } from '../build/table.ts';

/** What reorganisations took back since the build was made. */
export interface FeedTotals {
  /** Runs of disconnected blocks, and the longest of them. */
  readonly reorgs: number;
  readonly reorgDepth: number;
  /** Operations of disconnected blocks. */
  readonly retracted: number;
}

/** What a projection went through, counted from its feed. */
export async function readFeedTotals(projection: PostgresProjection): Promise<FeedTotals> {
  const { build } = projection;
  const feed = nameOf(build, StoredFeed);
  const { rows } = await orDatabaseError(() =>
    sql<Pick<RowOf<typeof StoredFeed>, 'kind'> & { operations: string }>`
      select f.kind, (select sum(length(o.verdicts)) from ${feed} o where o.hash = f.hash) as operations
      from ${feed} f order by f.position`.execute(build.db),
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
