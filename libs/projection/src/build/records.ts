import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompressSync } from 'node:zlib';
import { defineEntity } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { RECORDS_BYTES_PER_PART_MAX, RECORDS_COMPRESSION_LEVEL } from '../limits.ts';
import type { WrittenBlock } from './blocks.ts';
import { type Build, type BuildTables, nameOf, on } from './build.ts';
import { namesOf, unnest, writesOf } from './bulk/bulk-insert.ts';
import type { Write } from './bulk/write.ts';
import { readOldRecords } from './old-layout.ts';
import type { BlockRecords } from './stored.ts';
import { column, keepAsIs, type RowOf } from './table.ts';

/**
 * The records of the operations of the current branch, as published: once, compressed, in parts of a block each. A part has
 * those from `first_position` on, up to the next one.
 */
export const Records = defineEntity({
  name: 'records',
  tableName: 'records',
  properties: {
    height: column.integer().primary(),
    first_position: column.integer().primary(),
    /** zstd of the records, each behind its length (32 bits, big-endian). */
    content: column.bytes(),
  },
});

export const recordsStorage = keepAsIs(Records, 'content');

type RecordsRow = RowOf<typeof Records>;

/** Neighbouring records of a block. */
export interface RecordRun {
  readonly height: number;
  readonly firstPosition: number;
  readonly values: readonly Uint8Array[];
}

const LENGTH_SIZE = 4;
const compress = promisify(zstdCompress);
const PARAMETERS = {
  params: {
    [constants.ZSTD_c_compressionLevel]: RECORDS_COMPRESSION_LEVEL,
    [constants.ZSTD_c_checksumFlag]: 1,
  },
};

/** The records of blocks that the machine folded. Compressed beside the main thread. */
export async function recordWrites(build: BuildTables, blocks: readonly WrittenBlock[]): Promise<Write[]> {
  const runs = blocks.map(({ change, folded }) => ({
    height: change.event.height,
    firstPosition: 0,
    values: folded === null ? [] : change.operationBytes,
  }));
  return writesOf(build, Records, await packRecords(runs));
}

export async function packRecords(runs: readonly RecordRun[]): Promise<RecordsRow[]> {
  const rows: RecordsRow[] = [];
  for (const { height, firstPosition, values } of runs.flatMap(partsOf))
    rows.push({ height, first_position: firstPosition, content: await compress(joined(values), PARAMETERS) });
  return rows;
}

/** Parts of so many bytes that one is soon read; a record that is larger goes alone. */
function partsOf({ height, firstPosition, values }: RecordRun): RecordRun[] {
  const parts: RecordRun[] = [];
  let [from, bytes] = [0, 0];
  for (const [i, { length }] of values.entries()) {
    if (i > from && bytes + length > RECORDS_BYTES_PER_PART_MAX) {
      parts.push({ height, firstPosition: firstPosition + from, values: values.slice(from, i) });
      [from, bytes] = [i, 0];
    }
    bytes += length;
  }
  if (values.length > 0) parts.push({ height, firstPosition: firstPosition + from, values: values.slice(from) });
  return parts;
}

function joined(values: readonly Uint8Array[]): Buffer {
  const target = Buffer.allocUnsafe(values.reduce((sum, { length }) => sum + LENGTH_SIZE + length, 0));
  let at = 0;
  for (const value of values) {
    at = target.writeUInt32BE(value.length, at);
    target.set(value, at);
    at += value.length;
  }
  return target;
}

export async function rollBackRecords(build: BuildTables, height: number): Promise<void> {
  await on(build, Records).deleteFrom('records').where('height', '>', height).execute();
}

/** The records of the blocks from one height to another, by height. */
export async function readRecords(build: Build, from: number, to: number): Promise<ReadonlyMap<number, BlockRecords>> {
  if (build.layout === 1) return readOldRecords(build, from, to);
  const rows = await on(build, Records)
    .selectFrom('records')
    .selectAll()
    .where('height', '>=', from)
    .where('height', '<=', to)
    .orderBy('height')
    .orderBy('first_position')
    .execute();
  const byHeight = Map.groupBy(rows, ({ height }) => height);
  return new Map([...byHeight].map(([height, parts]) => [height, unpackParts(parts)]));
}

/** Where a record is. */
interface RecordPlace {
  readonly height: number;
  readonly position: number;
}

/** The records at some places, no other part than theirs is read. @throws Error naming the height of one that cannot be read. */
export async function readRecordsOf(
  build: BuildTables,
  places: readonly RecordPlace[],
): Promise<(place: RecordPlace) => Uint8Array> {
  const byHeight = new Map<number, BlockRecords>();
  if (places.length > 0) {
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
    for (const [height, parts] of Map.groupBy(rows, (row) => row.height)) byHeight.set(height, unpackParts(parts));
  }
  return ({ height, position }) => {
    const found = byHeight.get(height);
    const value = found?.values.get(position);
    if (value !== undefined) return value;
    throw new Error(
      `${build.schema}: the record of operation ${position} at height ${height} cannot be read: ${found?.problem ?? 'it is not there'}`,
    );
  };
}

function unpackParts(parts: readonly RecordsRow[]): BlockRecords {
  const values = new Map<number, Uint8Array>();
  try {
    for (const part of parts) for (const [position, value] of unpackRecords(part)) values.set(position, value);
    return { values, problem: null };
  } catch (error) {
    return { values, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** The records of one part by position. @throws Error where they are not as they were written. */
export function* unpackRecords({ first_position: first, content }: RecordsRow): Generator<[number, Uint8Array]> {
  const bytes = zstdDecompressSync(content);
  let at = 0;
  for (let position = first; at < bytes.length; position++) {
    const end = at + LENGTH_SIZE <= bytes.length ? at + LENGTH_SIZE + bytes.readUInt32BE(at) : Number.NaN;
    if (!(end <= bytes.length)) throw new Error(`the record at position ${position} is cut short`);
    yield [position, new Uint8Array(bytes.buffer, bytes.byteOffset + at + LENGTH_SIZE, end - at - LENGTH_SIZE)];
    at = end;
  }
}
