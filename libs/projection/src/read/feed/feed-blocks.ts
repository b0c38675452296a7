import type { ConsensusHash } from '@virtualchain/machine';
import { sql } from 'kysely';
import { Blocks } from '../../build/blocks.ts';
import { type BuildTables, nameOf } from '../../build/build.ts';
import { inverseOf, type StepChanges, unpackChanges } from '../../build/feed/changes.ts';
import { type KeptBlock, positionsOf, RetractedRecords, StoredFeed } from '../../build/feed/feed.ts';
import { StoredOperations, txidHex, verdictKind } from '../../build/operations.ts';
import { Records, unpackParts } from '../../build/records.ts';
import type { RowOf } from '../../build/table.ts';
import { FEED_BLOCKS_PER_READ_MAX, FEED_OPERATIONS_PER_READ_MAX } from '../../limits.ts';
import type { FeedBlock, FeedEntry, FeedOperation, Genesis, OperationJudged } from './feed-entry.ts';

type Row = Pick<RowOf<typeof StoredFeed>, 'position' | 'kind' | 'height' | 'hash' | 'operations' | 'changes'> &
  Pick<RowOf<typeof StoredFeed>, 'consensus_hash' | 'txids' | 'verdicts' | 'reasons'> & {
    readonly block: KeptBlock | null;
  };
type Entry = Exclude<FeedEntry, Genesis>;

/** An operation of the feed without its record. */
interface Judged {
  readonly txid: string;
  readonly verdict: number;
  readonly reason: readonly [code: string, detail: string] | null;
}

/** What the feed has of blocks: the one that the position behind `after` is in, and the next ones, as many as are soon read. */
export async function readFeedBlocks(build: BuildTables, after: number): Promise<readonly FeedBlock[]> {
  const rows = fewOf((await readRows(build, after)).filter((row) => lastOf(row) > after));
  const folded = rows.filter(({ kind, operations }) => kind === 'connected' && operations !== null);
  const judged = await readJudged(build, folded);
  const records = await readParts(build, folded);
  return rows.map((row) => {
    const entries = row.operations === null ? [] : entriesOf(row, judged(row), records(row));
    const { kind, height, hash } = row;
    return { kind, height, hash, position: Number(row.position), lastPosition: lastOf(row), entries };
  });
}

/** Rows from the one on that holds the position behind `after`; a block that went has the changes of when it came. */
async function readRows(build: BuildTables, after: number): Promise<readonly Row[]> {
  const feed = nameOf(build, StoredFeed);
  const { rows } = await sql<Row>`
    select f.position, f.kind, f.height, f.hash, f.consensus_hash, f.txids, f.verdicts, f.reasons,
      coalesce(c.operations, f.operations) as operations, coalesce(c.changes, f.changes) as changes,
      coalesce(f.kept, jsonb_build_object('previousHash', b.previous_hash, 'time', b.time, 'opsHash', b.ops_hash,
        'changesHash', b.changes_hash)) as block
    from ${feed} f
    left join lateral (select operations, changes from ${feed} o where f.kind = 'disconnected' and o.kind = 'connected'
      and o.height = f.height and o.hash = f.hash and o.position < f.position order by o.position desc limit 1) c on true
    left join ${nameOf(build, Blocks)} b on f.kind = 'connected' and f.verdicts is null and b.height = f.height
    where f.position >= coalesce((select max(position) from ${feed} where position <= ${after + 1}), 1)
    order by f.position limit ${FEED_BLOCKS_PER_READ_MAX}`.execute(build.db);
  return rows;
}

function lastOf({ kind, position, operations }: Row): number {
  return Number(position) + (kind === 'connected' ? positionsOf(operations) : 1) - 1;
}

/** At least one. */
function fewOf(rows: readonly Row[]): readonly Row[] {
  let operations = 0;
  const end = rows.findIndex((row, i) => {
    operations += row.kind === 'connected' ? (row.operations ?? 0) : 0;
    return i > 0 && operations > FEED_OPERATIONS_PER_READ_MAX;
  });
  return end === -1 ? rows : rows.slice(0, end);
}

const isOnBranch = ({ verdicts }: Row): boolean => verdicts === null;

async function readJudged(build: BuildTables, rows: readonly Row[]): Promise<(row: Row) => readonly Judged[]> {
  const heights = rows.filter(isOnBranch).map(({ height }) => height);
  const { rows: found } = await sql<Judged & { readonly height: number }>`
    select height, ${txidHex} as txid, verdict, reason from ${nameOf(build, StoredOperations)} o
    where height = any(${heights}::integer[]) order by height, position`.execute(build.db);
  const byHeight = Map.groupBy(found, ({ height }) => height);
  return (row) => (isOnBranch(row) ? (byHeight.get(row.height) ?? []) : keptOperations(row));
}

function keptOperations({ txids, verdicts, reasons }: Row): readonly Judged[] {
  const bytes = Buffer.from(txids ?? []);
  return [...(verdicts ?? '')].map((verdict, i) => ({
    txid: bytes.toString('hex', 32 * i, 32 * i + 32),
    verdict: Number(verdict),
    reason: reasons?.[String(i)] ?? null,
  }));
}

type Part = Pick<RowOf<typeof Records>, 'first_position' | 'content'>;

async function readParts(build: BuildTables, rows: readonly Row[]): Promise<(row: Row) => readonly Part[]> {
  const heights = rows.filter(isOnBranch).map(({ height }) => height);
  const positions = rows.filter((row) => !isOnBranch(row)).map(({ position }) => position);
  const { rows: found } = await sql<Part & { readonly feed_position: string | null; readonly height: number | null }>`
    select null::bigint as feed_position, height, first_position, content from ${nameOf(build, Records)}
      where height = any(${heights}::integer[])
    union all
    select feed_position, null, first_position, content from ${nameOf(build, RetractedRecords)}
      where feed_position = any(${positions}::bigint[])
    order by first_position`.execute(build.db);
  const byHeight = Map.groupBy(found, ({ height }) => height);
  const byPosition = Map.groupBy(found, ({ feed_position }) => feed_position);
  return (row) => (isOnBranch(row) ? byHeight.get(row.height) : byPosition.get(row.position)) ?? [];
}

function entriesOf(row: Row, judged: readonly Judged[], parts: readonly Part[]): readonly Entry[] {
  const steps = unpackChanges(row.changes);
  const { height, hash: blockHash, block } = row;
  const at = { height, blockHash };
  const position = Number(row.position);
  if (row.kind === 'disconnected') return [{ kind: 'block.retracted', position, ...at, changes: inverseOf(steps) }];
  const { previousHash, time, opsHash, changesHash } = block as KeptBlock;
  const last = position + judged.length + 1;
  return [
    { kind: 'block.opened', position, ...at, previousHash, time, changes: steps.get(0) ?? [] },
    ...operationEntries(at, position, { judged, parts, steps }),
    {
      kind: 'block.sealed',
      position: last,
      ...at,
      opsHash: opsHash as NonNullable<typeof opsHash>,
      consensusHash: row.consensus_hash as ConsensusHash,
      changesHash: changesHash as string,
      changes: steps.get(judged.length + 1) ?? [],
    },
  ];
}

/** @throws Error naming the height of a record that cannot be read. */
function operationEntries(
  at: { readonly height: number; readonly blockHash: string },
  opened: number,
  block: { readonly judged: readonly Judged[]; readonly parts: readonly Part[]; readonly steps: StepChanges },
): readonly OperationJudged[] {
  const { judged, parts, steps } = block;
  const { values, problem } = unpackParts(parts, new Map(judged.map(({ txid }, i) => [i, txid])));
  return judged.map(({ verdict, reason }, i) => {
    const value = values.get(i);
    if (value === undefined)
      throw new Error(
        `the record of operation ${i} at height ${at.height} cannot be read: ${problem ?? 'it is not there'}`,
      );
    const operation = operationOf(value);
    const [code, detail] = reason ?? [null, null];
    const changes = steps.get(i + 1) ?? [];
    return {
      kind: `operation.${verdictKind(verdict)}`,
      position: opened + 1 + i,
      ...at,
      code,
      detail,
      operation,
      changes,
    };
  });
}

/** The record was checked before it was folded. */
function operationOf(record: Uint8Array): FeedOperation {
  const { type, schema, log, epoch, sequence, ...operation } = JSON.parse(Buffer.from(record).toString('utf8'));
  return operation as FeedOperation;
}
