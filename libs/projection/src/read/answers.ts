import { type Height, height as toHeight } from '@virtualchain/bitcoin';
import type { ConsensusHash, SnvServer } from '@virtualchain/machine';
import { sql } from 'kysely';
import { closeOrm, dbOf, openOrm, orDatabaseError } from '../build/database.ts';
import type { MachineInstance } from '../registry/builds.ts';
import { viewSchema } from '../registry/views.ts';
import { snapshotSource } from '../snapshot/snapshot-source.ts';

/** What a projector answers to light clients, from the views of the live build, whichever that is. */
export interface Answers extends SnvServer, AsyncDisposable {
  /** Where an operation is: height and position of its transaction in the block; null when there is none. */
  placeOf(txid: string): Promise<{ readonly height: Height; readonly transactionIndex: number } | null>;
}

/** Opens the answers of a machine. It needs no more than its views, and connects when it is asked: Postgres may be away. */
export async function openAnswers(postgresUrl: string, instance: MachineInstance): Promise<Answers> {
  const views = viewSchema(instance);
  const orm = await openOrm(postgresUrl, views, []);
  const db = () => dbOf(orm.em.fork());
  const snapshots = snapshotSource(db, views);
  return {
    opsHash: (height) =>
      orDatabaseError(async () => {
        const { rows } = await sql<{
          ops_hash: string | null;
        }>`select ops_hash from ${sql.table(`${views}.blocks`)} where height = ${height}`.execute(db());
        return rows[0]?.ops_hash ?? null;
      }),
    consensusHashes: (heights) =>
      orDatabaseError(async () => {
        const stored = await snapshots.at(heights);
        const initial: ReadonlyMap<Height, ConsensusHash> = instance.machine.initialSnapshots;
        return heights.map((height) => stored.get(height) ?? initial.get(height) ?? null);
      }),
    operationsAt: (height) =>
      orDatabaseError(async () => {
        const { rows } = await sql<{
          serialized: Uint8Array;
        }>`select serialized from ${sql.table(`${views}.transitions`)}
          where height = ${height} order by vtxindex`.execute(db());
        return rows.map(({ serialized }) => new Uint8Array(serialized));
      }),
    placeOf: (txid) =>
      orDatabaseError(async () => {
        const { rows } = await sql<{ height: number; transaction_index: number }>`select height, transaction_index
          from ${sql.table(`${views}.operations`)} where txid = ${txid} limit 1`.execute(db());
        return rows[0] === undefined
          ? null
          : { height: toHeight(rows[0].height), transactionIndex: rows[0].transaction_index };
      }),
    [Symbol.asyncDispose]: () => closeOrm(orm),
  };
}
