import type { Height } from '@virtualchain/bitcoin';
import type { Collection, CollectionReading, KeyOf, OperationRecord, RowOf } from '@virtualchain/machine';
import { HISTORY_PER_PAGE } from './limits.ts';

/** A record after one block that changed it. */
export interface HistoryEntry<Row> {
  readonly height: Height;
  /** The block that changed it next; null for the record that holds at the height that is read. */
  readonly until: Height | null;
  readonly record: Row;
  /** The accepted operations that wrote it in that block, in order: more than one where a block held more. */
  readonly operations: readonly OperationRecord[];
}

/** A page of what a key held, newest first, with what wrote it. Pages count from 0. */
export async function historyPage<C extends Collection>(
  collection: CollectionReading<C>,
  key: KeyOf<C>,
  page: number,
): Promise<readonly HistoryEntry<RowOf<C>>[]> {
  if (page < 0) return [];
  const versions = await collection.history(key, { offset: page * HISTORY_PER_PAGE, limit: HISTORY_PER_PAGE });
  const written = await collection.writtenBy(
    key,
    versions.map(({ validFrom }) => validFrom),
  );
  return versions.map(({ row, validFrom, validTo }) => ({
    height: validFrom,
    until: validTo,
    record: row,
    operations: written.filter(({ event, verdict }) => event.height === validFrom && verdict.kind === 'accepted'),
  }));
}
