import { createHash } from 'node:crypto';
import { wallClock } from '@virtualchain/kernel';
import { connectionSettings } from '@virtualchain/postgres';
import type { Client } from 'pg';
import { type Candidacy, type Election, electionOf, unavailableUnlessNamed } from '../leadership.ts';
import { HEARTBEAT_INTERVAL_MS, LOCK_POLL_MS, MEMBER_SESSION_TIMEOUT_MS, REJOIN_WAIT_MS } from '../limits.ts';
import { endClient, openClient } from './postgres-connections.ts';
import { foreseen, KEEPER } from './postgres-errors.ts';
import type { PostgresLogOptions } from './postgres-log-options.ts';

/** Which database an election is held in, and how long a leader may say nothing. */
export interface PostgresElectionOptions extends Pick<PostgresLogOptions, 'url' | 'clientId'> {
  /** How long Postgres keeps the session of a leader that says nothing; one that leaves is not waited for. */
  readonly sessionTimeoutMs?: number;
}

/**
 * Elects through an advisory lock of the database, held by a session of its own: who has it leads. A process that dies
 * loses it with its connection. One that is frozen, or out of reach, loses it when Postgres ends its idle session.
 *
 * @throws PostgresUrlInvalid
 */
export function openPostgresElection({
  url,
  clientId = 'election',
  sessionTimeoutMs = MEMBER_SESSION_TIMEOUT_MS,
}: PostgresElectionOptions): Election {
  const settings = connectionSettings(url, { name: clientId, statementTimeoutMs: sessionTimeoutMs });
  const open = () => openClient(settings, { statementTimeoutMs: sessionTimeoutMs, idleMs: sessionTimeoutMs });
  return electionOf((candidacy) => stayInRace(candidacy, open));
}

/** Runs with one session after another until the signal ends it. */
async function stayInRace(candidacy: Candidacy, open: () => Promise<Client>): Promise<void> {
  const { topic, signal, set } = candidacy;
  while (!signal.aborted) {
    const cause = await runWithOneSession(candidacy, open);
    if (signal.aborted) return;
    set(unavailableUnlessNamed(topic, foreseen(topic, 0n, cause), KEEPER));
    await wallClock.sleep(REJOIN_WAIT_MS, signal);
  }
}

/** Tries the lock until it has it, and shows Postgres that it lives as long as it does; answers with what ended the session. */
async function runWithOneSession({ topic, signal, set }: Candidacy, open: () => Promise<Client>): Promise<unknown> {
  let client: Client | null = null;
  let leads = false;
  try {
    client = await open();
    while (!signal.aborted) {
      if (leads) await client.query('select 1');
      else leads = await tryLock(client, topic);
      set(leads ? 'leader' : 'standby');
      await wallClock.sleep(leads ? HEARTBEAT_INTERVAL_MS : LOCK_POLL_MS, signal);
    }
    return null;
  } catch (error) {
    return error; // Postgres cannot be reached, or has ended the session: the caller tries again
  } finally {
    if (client !== null) await endClient(client);
  }
}

async function tryLock(client: Client, topic: string): Promise<boolean> {
  const key = createHash('sha256').update(`vchain_log ${topic}`).digest().readBigInt64BE();
  const { rows } = await client.query<{ readonly is_mine: boolean }>(`select pg_try_advisory_lock(${key}) as is_mine`);
  return rows[0]?.is_mine === true;
}
