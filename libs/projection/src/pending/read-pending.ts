import { isMissing } from '@virtualchain/postgres';
import { sql } from 'kysely';
import { type Db, inSnapshot } from '../build/database/database.ts';
import { PENDING_ENTRIES_PER_READ_MAX, PENDING_STALE_MS } from '../limits.ts';
import type { NamedInstance } from '../registry/registered-build.ts';
import type { Registry } from '../registry/registry.ts';
import { keyOf, onEntries, onPending, onViews } from './pending-tables.ts';

/** Where a view on what waits stands. */
export interface PendingEnd {
  /** Another id says that it was begun anew: positions of one say nothing of another. */
  readonly view: string;
  /** Of the newest entry, 0 before the first. */
  readonly position: number;
  /** The block on top of which all were judged; null before the first look. */
  readonly tip: { readonly height: number; readonly hash: string } | null;
  /** Operations that were not judged, since there were too many. */
  readonly leftOut: number;
}

/** An entry as it is kept. */
export interface PendingEntry {
  readonly position: number;
  readonly kind: string;
  /** JSON, an object without position and cursor. */
  readonly entry: string;
}

/** Where the view of a machine stands; null where no projector observes for it. @throws DatabaseUnavailable */
export function readPendingEnd({ db }: Registry, instance: NamedInstance): Promise<PendingEnd | null> {
  return orNull(() => inSnapshot(db, (within) => endOf(within, instance)));
}

/** What waits now, by position; null where no projector observes. @throws DatabaseUnavailable */
export function readPending(
  { db }: Registry,
  instance: NamedInstance,
): Promise<{ readonly end: PendingEnd; readonly entries: readonly PendingEntry[] } | null> {
  return orNull(() =>
    inSnapshot(db, async (within) => {
      const end = await endOf(within, instance);
      if (end === null) return null;
      const rows = await onPending(within)
        .selectFrom('pending_operations')
        .select(['position', 'entry'])
        .where(matching(instance))
        .orderBy('position')
        .execute();
      const entries = rows.map(({ position, entry }) => ({
        position: Number(position),
        kind: 'pending.judged',
        entry,
      }));
      return { end, entries };
    }),
  );
}

/** What happened behind a position, so many at most; null where the view is another one, or does not go back so far. @throws DatabaseUnavailable */
export function readPendingAfter(
  { db }: Registry,
  instance: NamedInstance,
  { view, position }: Pick<PendingEnd, 'view' | 'position'>,
): Promise<readonly PendingEntry[] | null> {
  return orNull(() =>
    inSnapshot(db, async (within) => {
      const end = await endOf(within, instance);
      if (end?.view !== view) return null;
      const rows = await onEntries(within)
        .selectFrom('pending_entries')
        .select(['position', 'kind', 'entry'])
        .where(matching(instance))
        .where('position', '>', String(position))
        .orderBy('position')
        .limit(PENDING_ENTRIES_PER_READ_MAX)
        .execute();
      const entries = rows.map((row) => ({ ...row, position: Number(row.position) }));
      const first = entries[0]?.position ?? end.position + 1;
      return first > position + 1 && position < end.position ? null : entries;
    }),
  );
}

const matching = (instance: NamedInstance) => {
  const { chain, machine } = keyOf(instance);
  return sql<boolean>`chain = ${chain} and machine = ${machine}`;
};

async function endOf(db: Db, instance: NamedInstance): Promise<PendingEnd | null> {
  const row = await onViews(db)
    .selectFrom('pending_views')
    .select(['view', 'position', 'height', 'hash', 'left_out'])
    .where(matching(instance))
    .where(sql<boolean>`seen_at > now() - ${PENDING_STALE_MS} * interval '1 millisecond'`)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { view, position, height, hash, left_out: leftOut } = row;
  const tip = height === null || hash === null ? null : { height, hash };
  return { view, position: Number(position), tip, leftOut };
}

/** A database of before has no tables for it. */
async function orNull<Answer>(read: () => Promise<Answer | null>): Promise<Answer | null> {
  try {
    return await read();
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
