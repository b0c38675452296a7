import type { Height } from '@virtualchain/bitcoin';
import type {
  BlockPage,
  BlockRecord,
  CanonicalValue,
  OperationFilter,
  OperationPage,
  OperationRecord,
} from '@virtualchain/machine';
import { decodeEvent } from '@virtualchain/protocol';
import { type RawBuilder, sql } from 'kysely';
import { readBlock, readNewestBlocks, type StoredBlock } from '../build/blocks.ts';
import { type BuildTables, nameOf } from '../build/build.ts';
import { reasonCode, StoredOperations, txidHex, verdictKind, verdictNumber } from '../build/operations.ts';
import { readRecordsOf } from '../build/records.ts';
import type { RowOf } from '../build/table.ts';
import { BLOCKS_PER_READ_MAX, OPERATIONS_PER_READ_MAX } from '../limits.ts';
import { newestOf, ofParty, partiesWanted } from './parties-wanted.ts';

/** The operations of a build up to a height, read in the transaction `db`. */
export interface OperationReading {
  at(height: Height, page?: OperationPage): Promise<readonly OperationRecord[]>;
  newest(filter?: OperationFilter): Promise<readonly OperationRecord[]>;
  of(txid: string): Promise<OperationRecord | null>;
  /** Those of some blocks that wrote a key. */
  writing(
    collection: string,
    key: readonly CanonicalValue[],
    heights: readonly Height[],
  ): Promise<readonly OperationRecord[]>;
}

type Row = RowOf<typeof StoredOperations>;
type Found = Pick<Row, 'height' | 'position' | 'verdict' | 'reason' | 'changed_keys'> & { readonly txid: string };

const HEX = /^[0-9a-f]+$/;

export function operationsUpTo(build: BuildTables, height: Height): OperationReading {
  const found = async (
    where: RawBuilder<unknown>,
    limit: number,
    { order = oldestOnTop, from = sql`${nameOf(build, StoredOperations)} o` }: Selection = {},
  ): Promise<readonly OperationRecord[]> => {
    const { rows } =
      await sql<Found>`select o.height, o.position, ${txidHex} as txid, o.verdict, o.reason, o.changed_keys
      from ${from} where o.height <= ${height} and ${where}
      order by ${order} limit ${limit}`.execute(build.db);
    const recordOf = await readRecordsOf(build, rows);
    return rows.map((row) => operationRecord(row, recordOf(row)));
  };
  return {
    at: async (block, { after = -1, limit = OPERATIONS_PER_READ_MAX, verdict } = {}) =>
      block > height
        ? []
        : found(
            sql`o.height = ${block} and o.position > ${after} and ${verdict === undefined ? sql`true` : sql`o.verdict = ${verdictNumber(verdict)}`}`,
            Math.min(limit, OPERATIONS_PER_READ_MAX),
          ),
    newest: ({ limit = OPERATIONS_PER_READ_MAX, ...filter } = {}) => {
      const most = Math.min(limit, OPERATIONS_PER_READ_MAX);
      const parties = partiesWanted(filter);
      if (parties === null) return found(matching(filter), most, { order: newestOnTop });
      return newestOf(parties, { most, before: filter.before }, (party, before) => {
        const { from, where } = ofParty(build, party, before);
        const given = before === undefined ? filter : { ...filter, before };
        return found(sql`${matching(given)} and ${where}`, most, { order: newestOnTop, from });
      });
    },
    of: async (txid) => (HEX.test(txid) ? ((await found(sql`${txidHex} = ${txid}`, 1))[0] ?? null) : null),
    writing: async (collection, key, heights) => {
      if (heights.length === 0) return [];
      const pair = JSON.stringify([collection, key]);
      const wrote = sql`exists (select 1 from jsonb_array_elements(o.changed_keys::jsonb) k where k = ${pair}::jsonb)`;
      return found(sql`o.height = any(${heights}::integer[]) and ${wrote}`, OPERATIONS_PER_READ_MAX);
    },
  };
}

/** Which of the operations `o`, and from where. */
interface Selection {
  readonly order?: RawBuilder<unknown>;
  readonly from?: RawBuilder<unknown>;
}

const oldestOnTop = sql`o.height, o.position`;
const newestOnTop = sql`o.height desc, o.position desc`;

function matching({ before, verdict, code, opcodes, txid, from, to }: OperationFilter): RawBuilder<unknown> {
  const conditions = [
    sql`true`,
    ...(before === undefined ? [] : [sql`(o.height, o.position) < (${before.height}, ${before.position})`]),
    ...(verdict === undefined ? [] : [sql`o.verdict = ${verdictNumber(verdict)}`]),
    ...(code === undefined ? [] : [sql`o.reason is not null and ${reasonCode} = ${code}`]),
    ...(opcodes === undefined ? [] : [sql`o.opcode = any(${opcodes}::text[])`]),
    ...(txid === undefined ? [] : [sql`${txidHex} = ${txid}`]),
    ...(from === undefined ? [] : [sql`o.height >= ${from}`]),
    ...(to === undefined ? [] : [sql`o.height <= ${to}`]),
  ];
  return sql.join(conditions, sql` and `);
}

function operationRecord({ verdict, reason, changed_keys }: Found, value: Uint8Array): OperationRecord {
  const decoded = decodeEvent(value);
  if (decoded.kind === 'problem' || decoded.event.type !== 'operation')
    throw new Error(`a stored operation does not read: ${decoded.kind === 'problem' ? decoded.problem : 'its type'}`);
  const kind = verdictKind(verdict);
  const [code, detail] = reason ?? ['', ''];
  const judged = kind === 'accepted' ? { kind } : { kind, code, detail };
  return { event: decoded.event, verdict: judged, changedKeys: JSON.parse(changed_keys) };
}

/** A block that a build sealed; null for one that was not for the machine. */
export async function readSealed(build: BuildTables, height: Height): Promise<BlockRecord | null> {
  const block = await readBlock(build, height);
  return block === null ? null : sealed(block);
}

/** Blocks that a build sealed, newest first, up to a height. */
export async function readSealedPage(
  build: BuildTables,
  height: Height,
  { before = height + 1, limit = BLOCKS_PER_READ_MAX }: BlockPage = {},
): Promise<readonly BlockRecord[]> {
  const upTo = Math.min(height, before - 1);
  const blocks = await readNewestBlocks(build, upTo, Math.min(limit, BLOCKS_PER_READ_MAX));
  return blocks.flatMap((block) => sealed(block) ?? []);
}

function sealed(block: StoredBlock): BlockRecord | null {
  const { hash, time, opsHash, consensusHash, changesHash, verdicts } = block;
  if (opsHash === null || consensusHash === null || changesHash === null) return null;
  return { height: block.height, hash, time, opsHash, consensusHash, changesHash, ...verdicts };
}
