import { sql } from 'kysely';
import { orDatabaseError } from '../build/database/database.ts';
import type { Registry } from '../registry/registry.ts';

/** Whether a database follows another one, and how far it is behind. */
export interface ReplicaStatus {
  /** A hot standby: what is read there may be older than at its primary. */
  readonly isReplica: boolean;
  /** Seconds since what was replayed last was committed, 0 when all that was received is replayed; null on a primary, and where nothing was replayed since it started. */
  readonly replayLagSeconds: number | null;
  /** Of its primary's log that it received and has not replayed; null on a primary. */
  readonly replayLagBytes: number | null;
}

/** @throws DatabaseUnavailable, DatabaseRefused */
export async function readReplica({ db }: Registry): Promise<ReplicaStatus> {
  const { rows } = await orDatabaseError(() =>
    sql<{ is_replica: boolean; lag: number | null; bytes: number | null }>`select pg_is_in_recovery() as is_replica,
      case when not pg_is_in_recovery() then null
        when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0
        else extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())::float8 end as lag,
      case when pg_is_in_recovery() then pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::float8 end as bytes`.execute(
      db,
    ),
  );
  const [found] = rows;
  const lag = found?.lag ?? null;
  const notNegative = (value: number | null): number | null => (value === null ? null : Math.max(0, value));
  return {
    isReplica: found?.is_replica ?? false,
    replayLagSeconds: notNegative(lag),
    replayLagBytes: notNegative(found?.bytes ?? null),
  };
}
