import type { Collection, Collections, FoldedBlock, Row } from '@virtualchain/machine';
import type { ConnectedBlock } from '@virtualchain/operation-log';
import { sql } from 'kysely';
import { type BulkColumn, bulkInsert, type Db, unnest } from '../build/database.ts';
import { ARRAY_TYPE, toSql } from '../build/sql-columns.ts';
import { collectionTable } from '../build/tables.ts';
import { countVerdicts } from './advanced.ts';
import { projectionPoints } from './points.ts';
import { keyColumn } from './postgres-state.ts';

/** A block of a run with what the fold made of it; `folded` is null below the machine's first block. */
export interface RunBlock {
  readonly change: ConnectedBlock;
  readonly folded: FoldedBlock | null;
}

/** A row of a collection's history: current from `from` on, until `to`. */
interface Version {
  readonly row: Row;
  readonly from: number;
  readonly to: number | null;
}

/** Writes what a run of connected blocks did, in bulk: history rows, verdicts, transitions, blocks, feed. */
export async function writeRun(
  db: Db,
  schema: string,
  collections: Collections,
  run: readonly RunBlock[],
  feedPosition: number,
): Promise<void> {
  for (const [index, [name, collection]] of Object.entries(collections).entries()) {
    if (index > 0) projectionPoints.pass('between-collections');
    const { ended, versions } = historyOf(name, run);
    await endRows(db, schema, name, collection, ended);
    await insertVersions(db, schema, name, collection, versions);
  }
  await insertBlocks(db, schema, run);
  await insertOperations(db, schema, run);
  await insertTransitions(db, schema, run);
  await insertFeed(db, schema, run, feedPosition);
}

/** What a run did to the history of one collection: current rows that end, and rows that begin. */
function historyOf(name: string, run: readonly RunBlock[]): { ended: { row: Row; at: number }[]; versions: Version[] } {
  const ended: { row: Row; at: number }[] = [];
  const open = new Map<string, { row: Row; from: number }>();
  const versions: Version[] = [];
  for (const { folded } of run) {
    if (folded === null) continue;
    const { height } = folded.block;
    for (const { collection, key, before, after } of folded.changes) {
      if (collection !== name) continue;
      const ours = open.get(key);
      if (ours !== undefined) versions.push({ ...ours, to: height });
      else if (before !== null) ended.push({ row: before, at: height });
      if (after === null) open.delete(key);
      else open.set(key, { row: after, from: height });
    }
  }
  for (const { row, from } of open.values()) versions.push({ row, from, to: null });
  return { ended, versions };
}

async function endRows(
  db: Db,
  schema: string,
  name: string,
  collection: Collection,
  ended: readonly { row: Row; at: number }[],
): Promise<void> {
  if (ended.length === 0) return;
  const rows = ended.map(({ row }) => row);
  const columns = [
    ...collection.key.map((column) => keyColumn(collection, column, rows)),
    { name: 'ended_at', arrayType: 'integer[]', values: ended.map(({ at }) => at) },
  ];
  const names = sql.join(columns.map((column) => sql.ref(column.name)));
  const on = sql.join(
    collection.key.map((column) => sql`t.${sql.ref(column)} = x.${sql.ref(column)}`),
    sql` and `,
  );
  const { numAffectedRows } = await sql`
    update ${sql.table(`${schema}.${collectionTable(name)}`)} t set valid_to = x.ended_at
    from ${unnest(columns)} as x(${names}) where ${on} and t.valid_to is null`.execute(db);
  if (numAffectedRows !== BigInt(ended.length)) {
    throw new Error(`${schema}.${name}: ${ended.length} current rows were to end, ${numAffectedRows} were there`);
  }
}

/** Rows of a collection with the heights between which they hold. */
export async function insertVersions(
  db: Db,
  schema: string,
  name: string,
  collection: Collection,
  versions: readonly Version[],
): Promise<void> {
  const columns: BulkColumn[] = Object.entries(collection.columns).map(([column, type]) => ({
    name: column,
    arrayType: ARRAY_TYPE[type.kind],
    values: versions.map(({ row }) => toSql(type, row[column] ?? null)),
    ...(type.kind === 'list' ? { cast: 'jsonb' } : {}),
  }));
  columns.push({ name: 'valid_from', arrayType: 'integer[]', values: versions.map(({ from }) => from) });
  columns.push({ name: 'valid_to', arrayType: 'integer[]', values: versions.map(({ to }) => to) });
  await bulkInsert(db, schema, collectionTable(name), columns);
}

function insertBlocks(db: Db, schema: string, run: readonly RunBlock[]): Promise<void> {
  const verdicts = run.map(({ folded }) => countVerdicts(folded === null ? [] : [folded]));
  const column = <Value>(
    name: string,
    arrayType: string,
    value: (block: RunBlock, i: number) => Value,
    cast?: string,
  ): BulkColumn => ({
    name,
    arrayType,
    values: run.map(value),
    ...(cast === undefined ? {} : { cast }),
  });
  return bulkInsert(db, schema, 'blocks', [
    column('height', 'integer[]', ({ change }) => change.event.height),
    column('hash', 'text[]', ({ change }) => change.event.hash),
    column('previous_hash', 'text[]', ({ change }) => change.event.previousHash),
    column('header', 'bytea[]', ({ change }) => Buffer.from(change.event.header, 'hex')),
    column('time', 'bigint[]', ({ change }) => change.event.time),
    column('ops_hash', 'text[]', ({ folded }) => folded?.opsHash ?? null),
    column('consensus_hash', 'text[]', ({ folded }) => folded?.consensusHash ?? null),
    column('changes_hash', 'text[]', ({ folded }) => folded?.changesHash ?? null),
    column(
      'collection_hashes',
      'text[]',
      ({ folded }) => (folded === null ? null : JSON.stringify(folded.collectionHashes)),
      'jsonb',
    ),
    column('operation_count', 'integer[]', ({ change }) => change.operations.length),
    column('accepted', 'integer[]', (_block, i) => verdicts[i]?.accepted),
    column('rejected', 'integer[]', (_block, i) => verdicts[i]?.rejected),
    column('ignored', 'integer[]', (_block, i) => verdicts[i]?.ignored),
    column('transition_count', 'integer[]', ({ folded }) => folded?.transitions.length ?? 0),
    column('digest', 'text[]', ({ change }) => change.event.digest),
    column('epoch', 'integer[]', ({ change }) => change.cursor.epoch),
    column('writer', 'text[]', ({ change }) => change.cursor.writer),
    column('first_sequence', 'bigint[]', ({ change }) => change.event.sequence),
    column('last_sequence', 'bigint[]', ({ change }) => change.cursor.sequence),
    column('first_offset', 'bigint[]', ({ change }) => change.offset.toString()),
    column('last_offset', 'bigint[]', ({ change }) => change.cursor.offset.toString()),
  ]);
}

function insertOperations(db: Db, schema: string, run: readonly RunBlock[]): Promise<void> {
  const rows = run.flatMap(({ change, folded }) =>
    (folded?.outcomes ?? []).map((outcome, i) => ({ ...outcome, bytes: change.operationBytes[i] as Uint8Array })),
  );
  return bulkInsert(db, schema, 'operations', [
    { name: 'height', arrayType: 'integer[]', values: rows.map(({ event }) => event.height) },
    { name: 'position', arrayType: 'integer[]', values: rows.map(({ event }) => event.position) },
    { name: 'txid', arrayType: 'text[]', values: rows.map(({ event }) => event.txid) },
    { name: 'transaction_index', arrayType: 'integer[]', values: rows.map(({ event }) => event.transactionIndex) },
    { name: 'opcode', arrayType: 'text[]', values: rows.map(({ event }) => event.opcode) },
    { name: 'verdict', arrayType: 'text[]', values: rows.map(({ verdict }) => verdict.kind) },
    {
      name: 'code',
      arrayType: 'text[]',
      values: rows.map(({ verdict }) => (verdict.kind === 'accepted' ? null : storable(verdict.code))),
    },
    {
      name: 'detail',
      arrayType: 'text[]',
      values: rows.map(({ verdict }) => (verdict.kind === 'accepted' ? null : storable(verdict.detail))),
    },
    {
      name: 'changed_keys',
      arrayType: 'text[]',
      cast: 'jsonb',
      values: rows.map(({ changedKeys }) => JSON.stringify(changedKeys)),
    },
    {
      name: 'event',
      arrayType: 'bytea[]',
      values: rows.map(({ bytes }) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
    },
  ]);
}

/** Reasons may quote a payload: what Postgres cannot keep as text is shown as the replacement character. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd');
}

function insertTransitions(db: Db, schema: string, run: readonly RunBlock[]): Promise<void> {
  const rows = run.flatMap(({ folded }) =>
    (folded?.transitions ?? []).map((transition) => ({ ...transition, height: folded?.block.height })),
  );
  return bulkInsert(db, schema, 'transitions', [
    { name: 'height', arrayType: 'integer[]', values: rows.map(({ height }) => height) },
    { name: 'vtxindex', arrayType: 'integer[]', values: rows.map(({ vtxindex }) => vtxindex) },
    {
      name: 'operation_position',
      arrayType: 'integer[]',
      values: rows.map(({ operationPosition }) => operationPosition),
    },
    { name: 'opcode', arrayType: 'integer[]', values: rows.map(({ opcode }) => opcode), cast: 'smallint' },
    { name: 'serialized', arrayType: 'bytea[]', values: rows.map(({ serialized }) => Buffer.from(serialized)) },
  ]);
}

interface FeedRow {
  readonly kind: 'connected' | 'operation' | 'disconnected';
  readonly height: number;
  readonly hash: string;
  readonly position?: number;
  readonly txid?: string;
  readonly verdict?: string;
  readonly code?: string | null;
  readonly consensusHash?: string | null;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly offset: bigint;
}

function insertFeed(db: Db, schema: string, run: readonly RunBlock[], feedPosition: number): Promise<void> {
  const rows = run.flatMap(({ change, folded }): FeedRow[] => {
    const { height, hash, sequence } = change.event;
    const place = {
      height,
      hash,
      firstSequence: sequence,
      lastSequence: change.cursor.sequence,
      offset: change.offset,
    };
    const operations = (folded?.outcomes ?? []).map(
      ({ event, verdict }): FeedRow => ({
        ...place,
        kind: 'operation',
        position: event.position,
        txid: event.txid,
        verdict: verdict.kind,
        code: verdict.kind === 'accepted' ? null : storable(verdict.code),
        firstSequence: event.sequence,
        lastSequence: event.sequence,
      }),
    );
    return [{ ...place, kind: 'connected', consensusHash: folded?.consensusHash ?? null }, ...operations];
  });
  return insertFeedRows(db, schema, rows, feedPosition);
}

/** Appends to the feed behind `feedPosition`. */
export function insertFeedRows(db: Db, schema: string, rows: readonly FeedRow[], feedPosition: number): Promise<void> {
  return bulkInsert(db, schema, 'feed', [
    { name: 'position', arrayType: 'bigint[]', values: rows.map((_row, i) => feedPosition + 1 + i) },
    { name: 'kind', arrayType: 'text[]', values: rows.map(({ kind }) => kind) },
    { name: 'height', arrayType: 'integer[]', values: rows.map(({ height }) => height) },
    { name: 'hash', arrayType: 'text[]', values: rows.map(({ hash }) => hash) },
    { name: 'operation_position', arrayType: 'integer[]', values: rows.map(({ position }) => position ?? null) },
    { name: 'txid', arrayType: 'text[]', values: rows.map(({ txid }) => txid ?? null) },
    { name: 'verdict', arrayType: 'text[]', values: rows.map(({ verdict }) => verdict ?? null) },
    { name: 'code', arrayType: 'text[]', values: rows.map(({ code }) => code ?? null) },
    { name: 'consensus_hash', arrayType: 'text[]', values: rows.map(({ consensusHash }) => consensusHash ?? null) },
    { name: 'first_sequence', arrayType: 'bigint[]', values: rows.map(({ firstSequence }) => firstSequence) },
    { name: 'last_sequence', arrayType: 'bigint[]', values: rows.map(({ lastSequence }) => lastSequence) },
    { name: 'first_offset', arrayType: 'bigint[]', values: rows.map(({ offset }) => offset.toString()) },
  ]);
}
