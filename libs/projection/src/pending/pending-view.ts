import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { type Db, inTransaction } from '../build/database/database.ts';
import { PENDING_ENTRIES_KEPT_MAX, PENDING_STALE_MS } from '../limits.ts';
import { inSharedTables } from '../registry/change-builds.ts';
import type { NamedInstance } from '../registry/registered-build.ts';
import type { Registry } from '../registry/registry.ts';
import type { PlacedBlock } from './judge-pending.ts';
import { keyOf, onEntries, onPending, onViews } from './pending-tables.ts';

/** Something that happened to an operation that was in no block: what subscribers are told, but for where it stands. */
export interface PendingHappening {
  readonly kind: 'pending.judged' | 'pending.replaced' | 'pending.dropped' | 'pending.confirmed';
  readonly txid: string;
  /** JSON, an object; position and cursor are not in it. */
  readonly entry: string;
}

/** One look at what waits. */
export interface PendingLook {
  readonly tip: PlacedBlock;
  readonly leftOut: number;
  /** In the order in which they are told. */
  readonly happenings: readonly PendingHappening[];
}

/** The view of one machine on what waits, as long as nobody else took it over. Begun anew it is empty. */
export interface PendingView {
  /** Writes what came of a look, in one transaction. False: another projector observes for this machine now. */
  write(look: PendingLook): Promise<boolean>;
}

/**
 * Takes the view of a machine over, and empties it: from whoever had it before where `isForced`, as a projector that begins
 * does; else from one who did not look for a while. Null where somebody looks.
 *
 * @throws DatabaseUnavailable, DatabaseRefused
 */
export async function beginPending(
  { postgresUrl, db }: Registry,
  instance: NamedInstance,
  isForced: boolean,
): Promise<PendingView | null> {
  const key = keyOf(instance);
  const view = randomBytes(16).toString('hex');
  const isOurs = await inSharedTables(postgresUrl, async (shared) => {
    const fresh = { ...key, view, position: '0', height: null, hash: null, left_out: 0, seen_at: sql<Date>`now()` };
    const stale = sql<boolean>`pending_views.seen_at < now() - ${PENDING_STALE_MS} * interval '1 millisecond'`;
    const { numInsertedOrUpdatedRows: taken } = await onViews(shared)
      .insertInto('pending_views')
      .values(fresh)
      .onConflict((conflict) => {
        const { chain: _chain, machine: _machine, ...rest } = fresh;
        const update = conflict.columns(['chain', 'machine']).doUpdateSet(rest);
        return isForced ? update : update.where(stale);
      })
      .executeTakeFirst();
    if (taken !== 1n) return false;
    await onPending(shared).deleteFrom('pending_operations').where(ours(key)).execute();
    await onEntries(shared).deleteFrom('pending_entries').where(ours(key)).execute();
    return true;
  });
  if (!isOurs) return null;
  let position = 0;
  return {
    write: (look) =>
      inTransaction(db, async (within) => {
        const last = position + look.happenings.length;
        if (!(await moveView(within, { ...key, view }, last, look))) return false;
        await writeHappenings(within, key, position, look.happenings);
        position = last;
        return true;
      }),
  };
}

type Key = ReturnType<typeof keyOf>;

const ours = ({ chain, machine }: Key) => sql<boolean>`chain = ${chain} and machine = ${machine}`;

/** First, and under its lock: who does not have the view any more writes nothing. */
async function moveView(
  db: Db,
  { view, ...key }: Key & { readonly view: string },
  position: number,
  look: PendingLook,
): Promise<boolean> {
  const { height, hash } = look.tip;
  const { numUpdatedRows } = await onViews(db)
    .updateTable('pending_views')
    .set({ position: String(position), height, hash, left_out: look.leftOut, seen_at: sql<Date>`now()` })
    .where(ours(key))
    .where('view', '=', view)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

async function writeHappenings(db: Db, key: Key, from: number, happenings: readonly PendingHappening[]): Promise<void> {
  if (happenings.length === 0) return;
  const entries = happenings.map(({ kind, entry }, i) => ({ ...key, position: String(from + i + 1), kind, entry }));
  await onEntries(db).insertInto('pending_entries').values(entries).execute();
  const old = from + happenings.length - PENDING_ENTRIES_KEPT_MAX;
  if (old > 0)
    await onEntries(db).deleteFrom('pending_entries').where(ours(key)).where('position', '<=', String(old)).execute();
  const last = new Map(happenings.map(({ txid, kind, entry }, i) => [txid, { kind, entry, at: from + i + 1 }]));
  const txids = sql<boolean>`txid = any(${[...last.keys()]}::text[])`;
  await onPending(db).deleteFrom('pending_operations').where(ours(key)).where(txids).execute();
  const waiting = [...last].flatMap(([txid, { kind, entry, at }]) =>
    kind === 'pending.judged' ? [{ ...key, txid, position: String(at), entry }] : [],
  );
  if (waiting.length > 0) await onPending(db).insertInto('pending_operations').values(waiting).execute();
}
