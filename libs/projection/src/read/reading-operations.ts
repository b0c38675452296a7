import type { BlockHash, Height } from '@virtualchain/bitcoin';
import type {
  BlockRecord,
  CanonicalValue,
  ConsensusHash,
  OperationPage,
  OperationRecord,
  OpsHash,
  RecordedVerdict,
} from '@virtualchain/machine';
import { decodeEvent } from '@virtualchain/protocol';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../build/database.ts';
import { OPERATIONS_PER_READ_MAX } from '../limits.ts';

/** The operations of a build up to a height, read in the transaction `db`. */
export interface OperationReading {
  at(height: Height, page?: OperationPage): Promise<readonly OperationRecord[]>;
  of(txid: string): Promise<OperationRecord | null>;
  /** Those of some blocks that wrote a key. */
  writing(
    collection: string,
    key: readonly CanonicalValue[],
    heights: readonly Height[],
  ): Promise<readonly OperationRecord[]>;
}

interface StoredOperation {
  readonly verdict: RecordedVerdict['kind'];
  readonly code: string | null;
  readonly detail: string | null;
  readonly changed_keys: OperationRecord['changedKeys'];
  readonly event: Uint8Array;
}

const HEX = /^[0-9a-f]+$/;

export function readOperations(db: Db, views: string, height: Height): OperationReading {
  const found = async (where: RawBuilder<unknown>, limit: number): Promise<readonly OperationRecord[]> => {
    const { rows } = await sql<StoredOperation>`select verdict, code, detail, changed_keys, event
      from ${sql.table(`${views}.operations`)} o where o.height <= ${height} and ${where}
      order by o.height, o.position limit ${limit}`.execute(db);
    return rows.map(recordOf);
  };
  return {
    at: async (block, { after = -1, limit = OPERATIONS_PER_READ_MAX, verdict } = {}) =>
      block > height
        ? []
        : found(
            sql`o.height = ${block} and o.position > ${after} and ${verdict === undefined ? sql`true` : sql`o.verdict = ${verdict}`}`,
            Math.min(limit, OPERATIONS_PER_READ_MAX),
          ),
    of: async (txid) => (HEX.test(txid) ? ((await found(sql`o.txid = ${txid}`, 1))[0] ?? null) : null),
    writing: async (collection, key, heights) => {
      if (heights.length === 0) return [];
      const pair = JSON.stringify([collection, key]);
      const wrote = sql`exists (select 1 from jsonb_array_elements(o.changed_keys) k where k = ${pair}::jsonb)`;
      return found(sql`o.height = any(${heights}::integer[]) and ${wrote}`, OPERATIONS_PER_READ_MAX);
    },
  };
}

function recordOf({ verdict, code, detail, changed_keys, event }: StoredOperation): OperationRecord {
  const decoded = decodeEvent(new Uint8Array(event));
  if (decoded.kind === 'problem' || decoded.event.type !== 'operation')
    throw new Error(`a stored operation does not read: ${decoded.kind === 'problem' ? decoded.problem : 'its type'}`);
  const judged = verdict === 'accepted' ? { kind: verdict } : { kind: verdict, code: code ?? '', detail: detail ?? '' };
  return { event: decoded.event, verdict: judged, changedKeys: changed_keys };
}

interface StoredBlock {
  readonly height: number;
  readonly hash: string;
  readonly time: string;
  readonly ops_hash: string;
  readonly consensus_hash: string;
  readonly changes_hash: string;
  readonly accepted: number;
  readonly rejected: number;
  readonly ignored: number;
}

/** A block that a build sealed; null for one that was not for the machine. */
export async function readBlock(db: Db, views: string, height: Height): Promise<BlockRecord | null> {
  const { rows } =
    await sql<StoredBlock>`select height, hash, time, ops_hash, consensus_hash, changes_hash, accepted, rejected, ignored
    from ${sql.table(`${views}.blocks`)} where height = ${height} and consensus_hash is not null`.execute(db);
  const [block] = rows;
  if (block === undefined) return null;
  return {
    height: block.height as Height,
    hash: block.hash as BlockHash,
    time: Number(block.time),
    opsHash: block.ops_hash as OpsHash,
    consensusHash: block.consensus_hash as ConsensusHash,
    changesHash: block.changes_hash,
    accepted: block.accepted,
    rejected: block.rejected,
    ignored: block.ignored,
  };
}
