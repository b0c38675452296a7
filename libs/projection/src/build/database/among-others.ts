import { createBackOff, wallClock } from '@virtualchain/kernel';
import { isContended } from '@virtualchain/postgres';
import { sql } from 'kysely';
import { DatabaseBusy, DatabaseUnavailable } from '../../errors.ts';
import { CONTENDED_RETRY, CONTENDED_TRIES_MAX, LOCK_WAIT } from '../../limits.ts';
import type { Db } from './database.ts';

/** How often something is tried, and for how long a try waits for a lock and the next one is put off. */
export interface Patience {
  readonly triesMax: number;
  readonly lockWait: typeof LOCK_WAIT;
  readonly pause: typeof CONTENDED_RETRY;
}

const PATIENCE: Patience = { triesMax: CONTENDED_TRIES_MAX, lockWait: LOCK_WAIT, pause: CONTENDED_RETRY };

/**
 * Changes what others use meanwhile. `attempt` is one transaction, which leaves nothing when it fails: it is made again, after
 * growing pauses, while it meets other sessions. It is told how long it may wait for a lock (`waitAtMost`): whoever waits for a
 * lock that shuts out all others holds up everybody who comes after it.
 *
 * @throws DatabaseBusy after the last try, and whatever else `attempt` throws
 */
export async function amongOthers<Result>(
  attempt: (lockWaitMs: number) => Promise<Result>,
  patience: Partial<Patience> = {},
): Promise<Result> {
  const { triesMax, lockWait, pause } = { ...PATIENCE, ...patience };
  const lockWaits = createBackOff(lockWait);
  const pauses = createBackOff(pause, wallClock.jitter);
  for (let tries = 1; ; tries++) {
    try {
      return await attempt(lockWaits.nextMs());
    } catch (error) {
      if (error instanceof DatabaseBusy || !isContended(error)) throw error;
      if (tries === triesMax) throw new DatabaseBusy(error instanceof DatabaseUnavailable ? error.cause : error, tries);
    }
    await wallClock.sleep(pauses.nextMs());
  }
}

/**
 * The same for a part of a transaction: between two tries the locks of the part are given back, those from before it are kept.
 *
 * @throws DatabaseBusy after the last try, and whatever else `part` throws
 */
export async function partAmongOthers<Result>(
  db: Db,
  part: () => Promise<Result>,
  patience: Partial<Patience> = {},
): Promise<Result> {
  const result = await amongOthers(async (lockWaitMs) => {
    await sql`savepoint part`.execute(db);
    try {
      await waitAtMost(db, lockWaitMs);
      return await part();
    } catch (error) {
      await sql`rollback to savepoint part`.execute(db).catch(() => undefined); // what went wrong first is what counts
      throw error;
    }
  }, patience);
  await sql`release savepoint part`.execute(db);
  await waitAtMost(db, 0);
  return result;
}

/** Until the transaction ends no lock is waited for longer than that; 0 is no limit. */
export async function waitAtMost(db: Db, ms: number): Promise<void> {
  await sql`select set_config('lock_timeout', ${String(Math.round(ms))}, true)`.execute(db);
}
