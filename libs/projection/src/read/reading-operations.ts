import type { Height } from '@virtualchain/bitcoin';
import type { BlockRecord, CanonicalValue, OperationPage, OperationRecord } from '@virtualchain/machine';
import { decodeEvent } from '@virtualchain/protocol';
import { type RawBuilder, sql } from 'kysely';
import { readBlock } from '../build/blocks.ts';
import { type BuildTables, nameOf } from '../build/build.ts';
import { Operations } from '../build/operations.ts';
import type { RowOf } from '../build/table.ts';
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

type Found = Pick<RowOf<typeof Operations>, 'verdict' | 'code' | 'detail' | 'changed_keys' | 'event'>;

const HEX = /^[0-9a-f]+$/;

export function operationsUpTo(build: BuildTables, height: Height): OperationReading {
  const found = async (where: RawBuilder<unknown>, limit: number): Promise<readonly OperationRecord[]> => {
    const { rows } = await sql<Found>`select verdict, code, detail, changed_keys, event
      from ${nameOf(build, Operations)} o where o.height <= ${height} and ${where}
      order by o.height, o.position limit ${limit}`.execute(build.db);
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

function recordOf({ verdict, code, detail, changed_keys, event }: Found): OperationRecord {
  const decoded = decodeEvent(new Uint8Array(event));
  if (decoded.kind === 'problem' || decoded.event.type !== 'operation')
    throw new Error(`a stored operation does not read: ${decoded.kind === 'problem' ? decoded.problem : 'its type'}`);
  const judged = verdict === 'accepted' ? { kind: verdict } : { kind: verdict, code: code ?? '', detail: detail ?? '' };
  return { event: decoded.event, verdict: judged, changedKeys: changed_keys };
}

/** A block that a build sealed; null for one that was not for the machine. */
export async function readSealed(build: BuildTables, height: Height): Promise<BlockRecord | null> {
  const block = await readBlock(build, height);
  if (block === null) return null;
  const { hash, time, opsHash, consensusHash, changesHash, verdicts } = block;
  if (opsHash === null || consensusHash === null || changesHash === null) return null;
  return { height: block.height, hash, time, opsHash, consensusHash, changesHash, ...verdicts };
}
