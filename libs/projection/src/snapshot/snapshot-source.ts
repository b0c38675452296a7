import { height } from '@virtualchain/bitcoin';
import type { ConsensusHash, SnapshotSource } from '@virtualchain/machine';
import { sql } from 'kysely';
import type { Db } from '../build/database.ts';

/** Consensus hashes that a build keeps. */
export function snapshotSource(db: () => Db, schema: string): SnapshotSource {
  const blocks = sql.table(`${schema}.blocks`);
  return {
    at: async (heights) => {
      if (heights.length === 0) return new Map();
      const { rows } = await sql<{
        height: number;
        consensus_hash: string;
      }>`select height, consensus_hash from ${blocks}
        where height = any(${heights}::integer[]) and consensus_hash is not null`.execute(db());
      return new Map(rows.map((row) => [height(row.height), row.consensus_hash as ConsensusHash]));
    },
    heightOf: async (hash) => {
      const { rows } = await sql<{
        height: number;
      }>`select height from ${blocks} where consensus_hash = ${hash} limit 1`.execute(db());
      return rows[0] === undefined ? null : height(rows[0].height);
    },
  };
}
