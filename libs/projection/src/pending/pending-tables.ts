import { on } from '../build/build.ts';
import type { Db } from '../build/database/database.ts';
import { column, defineTable } from '../build/table.ts';
import type { NamedInstance } from '../registry/registered-build.ts';

/** Tables that all machines share: a migration makes them (`registry/migrations.ts`). */
export const PendingViews = defineTable('pending_views', {
  chain: column.text().primary(),
  machine: column.text().primary(),
  /** The id of who observes; another one has begun anew. */
  view: column.text(),
  /** Of the newest entry; the first has 1. */
  position: column.bigint(),
  /** The block on top of which all were judged; null before the first look. */
  height: column.integer().nullable(),
  hash: column.text().nullable(),
  /** Operations that were not judged, since there were too many. */
  left_out: column.integer(),
  seen_at: column.timestamp(),
});

/** What waits now: of each operation the newest entry that judged it. */
export const PendingOperations = defineTable('pending_operations', {
  chain: column.text().primary(),
  machine: column.text().primary(),
  txid: column.text().primary(),
  position: column.bigint(),
  entry: column.text(),
});

/** What happened, the newest part. */
export const PendingEntries = defineTable('pending_entries', {
  chain: column.text().primary(),
  machine: column.text().primary(),
  position: column.bigint().primary(),
  kind: column.text(),
  entry: column.text(),
});

const SHARED = { schema: 'vchain' };

export const onViews = (db: Db) => on({ db, ...SHARED }, PendingViews);
export const onPending = (db: Db) => on({ db, ...SHARED }, PendingOperations);
export const onEntries = (db: Db) => on({ db, ...SHARED }, PendingEntries);

/** By what the rows of a machine are found. */
export function keyOf({ chain, machine }: NamedInstance): { readonly chain: string; readonly machine: string } {
  return { chain: chain.name, machine: machine.name };
}
