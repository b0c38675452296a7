import { sql } from 'kysely';
import { RECORDS_BYTES_PER_PART_MAX, ROOM_KEPT_BYTES_MAX } from '../limits.ts';
import { type Build, type BuildTables, nameOf, on } from './build.ts';
import { asBuffer, namesOf, unnest, writesOf } from './bulk/bulk-insert.ts';
import type { Write } from './bulk/write.ts';
import { compressed, decompressed } from './compressed.ts';
import { readOldRecords } from './old-layout.ts';
import type { BlockRecords, WrittenBlock } from './stored.ts';
import { column, defineTable, keepAsIs, type RowOf } from './table.ts';

/**
 * The records of the operations of the current branch, as published: once, compressed, in parts of a block each. A part has
 * those from `first_position` on, up to the next one.
 */
export const Records = defineTable('records', {
  height: column.integer().primary(),
  first_position: column.integer().primary(),
  /**
   * zstd of the records, one behind the other: how many bytes are kept of it, where its txid was cut out (32 bits each,
   * big-endian), and those bytes. The txid stands in `stored_operations`.
   */
  content: column.bytes(),
});

export const recordsStorage = keepAsIs(Records, 'content');

type RecordsRow = RowOf<typeof Records>;

/** Neighbouring records of a block. */
export interface RecordRun {
  readonly height: number;
  readonly firstPosition: number;
  readonly values: readonly Uint8Array[];
  /** Of each, hex. */
  readonly txids: readonly string[];
}

const HEAD_SIZE = 8;
/** In the place of a cut where there is none. */
const UNCUT = 0xffffffff;

/** The records of blocks that the machine folded. */
export function recordWrites(build: BuildTables, blocks: readonly WrittenBlock[]): Write[] {
  const runs = blocks.map(({ change, folded }) => ({
    height: change.event.height,
    firstPosition: 0,
    values: folded === null ? [] : change.operationBytes,
    txids: change.operations.map(({ txid }) => txid),
  }));
  return writesOf(build, Records, packRecords(runs));
}

/** Where records are joined: a megabyte of its own for each part would be half of the garbage. */
let room = Buffer.alloc(0);

export function packRecords(runs: readonly RecordRun[]): RecordsRow[] {
  return runs.flatMap(partsOf).map((part) => {
    const size = sizeOf(part);
    const target = size <= room.length ? room : Buffer.allocUnsafeSlow(size + (size >> 3));
    if (target.length <= ROOM_KEPT_BYTES_MAX) room = target;
    return { height: part.height, first_position: part.firstPosition, content: compressed(joined(part, target)) };
  });
}

/** Parts of so many bytes that one is soon read; a record that is larger goes alone. */
function partsOf({ height, firstPosition, values, txids }: RecordRun): RecordRun[] {
  const parts: RecordRun[] = [];
  const cut = (from: number, to: number): void => {
    const slices = { values: values.slice(from, to), txids: txids.slice(from, to) };
    parts.push({ height, firstPosition: firstPosition + from, ...slices });
  };
  let [from, bytes] = [0, 0];
  for (const [i, { length }] of values.entries()) {
    if (i > from && bytes + length > RECORDS_BYTES_PER_PART_MAX) {
      cut(from, i);
      [from, bytes] = [i, 0];
    }
    bytes += length;
  }
  if (values.length > 0) cut(from, values.length);
  return parts;
}

const sizeOf = ({ values }: RecordRun): number => values.reduce((sum, { length }) => sum + HEAD_SIZE + length, 0);

/** What is compressed, written to `target`. */
function joined({ values, txids }: RecordRun, target: Buffer): Buffer {
  let end = 0;
  for (const [i, value] of values.entries()) {
    const txid = txids[i] ?? '';
    const found = txid === '' ? -1 : asBuffer(value).indexOf(txid, 0, 'latin1');
    const head = end;
    end += HEAD_SIZE;
    target.set(value, end);
    if (found !== -1) target.copyWithin(end + found, end + found + txid.length, end + value.length);
    end += value.length - (found === -1 ? 0 : txid.length);
    target.writeUInt32BE(end - head - HEAD_SIZE, head);
    target.writeUInt32BE(found === -1 ? UNCUT : found, head + 4);
  }
  return target.subarray(0, end);
}

export async function rollBackRecords(build: BuildTables, height: number): Promise<void> {
  await on(build, Records).deleteFrom('records').where('height', '>', height).execute();
}

/** Where a record is, and the txid of its operation, hex. */
export interface RecordPlace {
  readonly height: number;
  readonly position: number;
  readonly txid: string;
}

/** The records of whole blocks, by height: `operations` are all that these have, in order. */
export async function readRecords(
  build: Build,
  operations: readonly RecordPlace[],
): Promise<ReadonlyMap<number, BlockRecords>> {
  const [from, to] = [operations[0]?.height, operations.at(-1)?.height];
  if (from === undefined || to === undefined) return new Map();
  if (build.layout === 1) return readOldRecords(build, from, to);
  const rows = await on(build, Records)
    .selectFrom('records')
    .selectAll()
    .where('height', '>=', from)
    .where('height', '<=', to)
    .orderBy('height')
    .orderBy('first_position')
    .execute();
  return unpacked(rows, operations);
}

/** The records at some places, no other part than theirs is read. @throws Error naming the height of one that cannot be read. */
export async function readRecordsOf(
  build: BuildTables,
  places: readonly RecordPlace[],
): Promise<(place: RecordPlace) => Uint8Array> {
  const found = places.length === 0 ? [] : await partsWith(build, places);
  const byHeight = unpacked(found, places);
  return ({ height, position }) => {
    const block = byHeight.get(height);
    const value = block?.values.get(position);
    if (value !== undefined) return value;
    const why = block?.problem ?? 'it is not there';
    throw new Error(`${build.schema}: the record of operation ${position} at height ${height} cannot be read: ${why}`);
  };
}

async function partsWith(build: BuildTables, places: readonly RecordPlace[]): Promise<readonly RecordsRow[]> {
  const columns = [
    { name: 'height', arrayType: 'integer[]', values: places.map(({ height }) => height) },
    { name: 'position', arrayType: 'integer[]', values: places.map(({ position }) => position) },
  ];
  const records = nameOf(build, Records);
  const { rows } = await sql<RecordsRow>`select r.* from (
      select distinct x.height, (select max(first_position) from ${records} p
        where p.height = x.height and p.first_position <= x.position) as first_position
      from ${unnest(columns)} as x(${namesOf(columns)})
    ) wanted join ${records} r using (height, first_position)`.execute(build.db);
  return rows;
}

/** The records of parts by height and position, with the txids that were cut out of them. */
function unpacked(rows: readonly RecordsRow[], places: readonly RecordPlace[]): ReadonlyMap<number, BlockRecords> {
  const txids = new Map<number, Map<number, string>>();
  for (const [height, found] of Map.groupBy(places, (place) => place.height))
    txids.set(height, new Map(found.map(({ position, txid }) => [position, txid])));
  const byHeight = Map.groupBy(rows, ({ height }) => height);
  return new Map([...byHeight].map(([height, parts]) => [height, unpackParts(parts, txids.get(height) ?? new Map())]));
}

/** The records of one block, from its parts and the txids of its operations by position. */
export function unpackParts(
  parts: readonly Pick<RecordsRow, 'first_position' | 'content'>[],
  txids: ReadonlyMap<number, string>,
): BlockRecords {
  const values = new Map<number, Uint8Array>();
  try {
    for (const part of parts) unpackPart(part, txids, values);
    return { values, problem: null };
  } catch (error) {
    return { values, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Those without a txid are left out: their operation is not there. @throws Error where they are not as they were written. */
function unpackPart(
  { first_position: first, content }: Pick<RecordsRow, 'first_position' | 'content'>,
  txids: ReadonlyMap<number, string>,
  values: Map<number, Uint8Array>,
): void {
  const bytes = decompressed(content);
  let at = 0;
  for (let position = first; at < bytes.length; position++) {
    const start = at + HEAD_SIZE;
    const end = start <= bytes.length ? start + bytes.readUInt32BE(at) : Number.NaN;
    if (!(end <= bytes.length)) throw new Error(`the record at position ${position} is cut short`);
    const cut = bytes.readUInt32BE(at + 4);
    const kept = bytes.subarray(start, end);
    const txid = txids.get(position);
    if (cut === UNCUT) values.set(position, new Uint8Array(kept.buffer, kept.byteOffset, kept.length));
    else if (txid !== undefined) values.set(position, restored(kept, cut, txid));
    at = end;
  }
}

function restored(kept: Buffer, cut: number, txid: string): Uint8Array {
  const value = Buffer.allocUnsafe(kept.length + txid.length);
  kept.copy(value, 0, 0, cut);
  value.write(txid, cut, 'latin1');
  kept.copy(value, cut + txid.length, cut);
  return new Uint8Array(value.buffer, value.byteOffset, value.length);
}
