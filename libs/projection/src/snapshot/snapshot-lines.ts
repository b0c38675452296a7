import type { Height } from '@virtualchain/bitcoin';
import { decodeEvent } from '@virtualchain/protocol';
import { sql } from 'kysely';
import { Blocks } from '../build/blocks.ts';
import { type Build, nameOf } from '../build/build.ts';
import { insertRows } from '../build/bulk/bulk-insert.ts';
import { runWrites } from '../build/bulk/write.ts';
import { StoredOperations, verdictKind, verdictNumber } from '../build/operations.ts';
import { type PartyEvent, partiesAt, partyRows, partyWrites } from '../build/parties.ts';
import { packRecords, Records, readRecords } from '../build/records.ts';
import { columnsOf, type RowOf } from '../build/table.ts';
import { packedWrites, packTransitions, readTransitions } from '../build/transitions.ts';
import { SnapshotRefused } from '../errors.ts';
import type { SnapshotLine } from './snapshot-file.ts';

type Given = Readonly<Record<string, unknown>>;
type Range = readonly [from: number, to: number];

/**
 * What a snapshot holds beside the rows of collections, by the kind of its lines. A line has one block, operation or
 * transition by the names of the views' columns, an operation its event as well; bytes are hex.
 */
const KINDS = {
  block: { read: readBlockLines, insert: insertBlockLines },
  operation: { read: readOperationLines, insert: insertOperationLines },
  transition: { read: readTransitionLines, insert: insertTransitionLines },
} as const;

export type LineKind = keyof typeof KINDS;
export const LINE_KINDS = Object.keys(KINDS) as readonly LineKind[];

export function isLineKind(kind: string): kind is LineKind {
  return Object.hasOwn(KINDS, kind);
}

/** What a build has of one kind from one height to another, as lines. */
export async function readLines(build: Build, kind: LineKind, range: Range): Promise<readonly SnapshotLine[]> {
  return (await KINDS[kind].read(build, range)).map((line) => ({ t: kind, ...line }));
}

/** Inserts what lines of one kind hold. What a line lacks is null, and refused by Postgres where it may not be. */
export function insertLines(build: Build, kind: LineKind, lines: readonly SnapshotLine[]): Promise<void> {
  return KINDS[kind].insert(build, lines as readonly Given[]);
}

async function readBlockLines(build: Build, [from, to]: Range): Promise<readonly Given[]> {
  const { rows } = await sql<Given>`select * from ${nameOf(build, Blocks)}
    where height between ${from} and ${to} order by height`.execute(build.db);
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toLine(value)])));
}

async function insertBlockLines(build: Build, lines: readonly Given[]): Promise<void> {
  const columns = columnsOf(Blocks);
  const rows = lines.map((line) =>
    Object.fromEntries(columns.map(({ name, type }) => [name, fromLine(type, line[name])])),
  );
  await insertRows(build, Blocks, rows as unknown as readonly RowOf<typeof Blocks>[]);
}

async function readOperationLines(build: Build, [from, to]: Range): Promise<readonly Given[]> {
  const { rows } = await sql<RowOf<typeof StoredOperations>>`select * from ${nameOf(build, StoredOperations)}
    where height between ${from} and ${to} order by height, position`.execute(build.db);
  const hex = (txid: Uint8Array): string => Buffer.from(txid).toString('hex');
  const records = await readRecords(
    build,
    rows.map((row) => ({ ...row, txid: hex(row.txid) })),
  );
  return rows.map(({ height, position, txid, transaction_index, opcode, verdict, reason, changed_keys }) => {
    const event = records.get(height)?.values.get(position);
    if (event === undefined)
      throw new Error(`${build.schema}: the record of operation ${position} at height ${height} cannot be read`);
    const [code, detail] = reason ?? [null, null];
    const judged = { opcode, verdict: verdictKind(verdict), code, detail, changed_keys: JSON.parse(changed_keys) };
    return { height, position, txid: toLine(txid), transaction_index, ...judged, event: toLine(event) };
  });
}

async function insertOperationLines(build: Build, lines: readonly Given[]): Promise<void> {
  const parties = lines.map((line) => partyEventOf(line).map(partiesAt));
  const rows = lines.map((line, i) => ({
    ...pick(line, ['height', 'position', 'transaction_index', 'opcode']),
    party: parties[i]?.[0]?.first ?? null,
    verdict: verdictOf(line),
    reason: (line['code'] ?? null) === null ? null : [line['code'], line['detail'] ?? ''],
    txid: fromLine('bytea', line['txid']),
    changed_keys: JSON.stringify(line['changed_keys']),
  }));
  await insertRows(build, StoredOperations, rows as unknown as readonly RowOf<typeof StoredOperations>[]);
  const runs = runsOf(lines, 'position').map((run) => ({
    height: whole(run[0], 'height'),
    firstPosition: whole(run[0], 'position'),
    values: run.map((line) => bytesOf(line, 'event')),
    txids: run.map(({ txid }) => String(txid)),
  }));
  await insertRows(build, Records, packRecords(runs));
  await runWrites(build.db, partyWrites(build, partyRows(parties.flat())));
}

/** Nothing for an event that does not read: the digest of its block refuses it. */
function partyEventOf(line: Given): PartyEvent[] {
  const decoded = decodeEvent(bytesOf(line, 'event'));
  if (decoded.kind === 'problem' || decoded.event.type !== 'operation') return [];
  return [{ ...decoded.event, height: whole(line, 'height') as Height, position: whole(line, 'position') }];
}

async function readTransitionLines(build: Build, [from, to]: Range): Promise<readonly Given[]> {
  const transitions = await readTransitions(build, from, to);
  return transitions.map(({ height, vtxindex, operationPosition, opcode, serialized }) => ({
    height,
    vtxindex,
    operation_position: operationPosition,
    opcode,
    serialized: toLine(serialized),
  }));
}

async function insertTransitionLines(build: Build, lines: readonly Given[]): Promise<void> {
  const rows = runsOf(lines, 'vtxindex').map((run) =>
    packTransitions(
      whole(run[0], 'height'),
      run.map((line) => ({
        vtxindex: whole(line, 'vtxindex'),
        operationPosition: line['operation_position'] === null ? null : whole(line, 'operation_position'),
        opcode: whole(line, 'opcode'),
        serialized: bytesOf(line, 'serialized'),
      })),
    ),
  );
  await runWrites(build.db, packedWrites(build, rows));
}

/** Neighbours: lines of one height whose place follows that of the line before. */
function runsOf(lines: readonly Given[], place: string): Given[][] {
  const runs: Given[][] = [];
  let last: Given | undefined;
  for (const line of lines) {
    const isNext =
      last !== undefined &&
      whole(line, 'height') === whole(last, 'height') &&
      whole(line, place) === whole(last, place) + 1;
    if (isNext) runs.at(-1)?.push(line);
    else runs.push([line]);
    last = line;
  }
  return runs;
}

/** A whole number of a line. @throws SnapshotRefused */
function whole(line: Given | undefined, name: string): number {
  const value = line?.[name];
  if (!Number.isSafeInteger(value)) throw new SnapshotRefused(`a line whose ${name} is ${JSON.stringify(value)}`);
  return value as number;
}

/** @throws SnapshotRefused */
function verdictOf({ verdict }: Given): number {
  const number = verdictNumber(verdict as Parameters<typeof verdictNumber>[0]);
  if (number < 0) throw new SnapshotRefused(`a line whose verdict is ${JSON.stringify(verdict)}`);
  return number;
}

/** @throws SnapshotRefused */
function bytesOf(line: Given, name: string): Buffer {
  const value = line[name];
  if (typeof value !== 'string') throw new SnapshotRefused(`a line whose ${name} is ${JSON.stringify(value)}`);
  return Buffer.from(value, 'hex');
}

function pick(line: Given, names: readonly string[]): Given {
  return Object.fromEntries(names.map((name) => [name, line[name] ?? null]));
}

function toLine(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}

function fromLine(type: string, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  return type === 'bytea' ? Buffer.from(String(value), 'hex') : value;
}
