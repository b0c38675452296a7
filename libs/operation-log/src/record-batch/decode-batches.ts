import { ZstdMissing } from '../errors.ts';
import { decompress } from './compression.ts';
import { ATTRIBUTE, FORMAT, HEADER_AT, LENGTH_END } from './layout.ts';
import { VarintReader } from './varint.ts';

/** A transaction that was taken back: its producer, and where its first record stands. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

/** What is committed of some batches. */
export interface DecodedBatches {
  readonly records: readonly { readonly offset: bigint; readonly value: Uint8Array }[];
  /** After the last batch that was read. */
  readonly nextOffset: bigint;
}

/** Batches are not what they have to be. */
export class BatchUnreadable extends Error {
  override readonly name = 'BatchUnreadable';
  readonly offset: bigint;
  constructor(offset: bigint, problem: string) {
    super(problem);
    this.offset = offset;
  }
}

/**
 * The committed records of whole batches, one after another, as a broker sends them: the first may begin before the
 * offset `from` that was asked for, the last may be cut short. Markers and the records of aborted transactions are left
 * out: the broker names each aborted transaction by producer and first offset, and the producer's next marker ends it.
 *
 * Reads no further once `bytesMax` bytes of records are there, however little they took compressed. Checksums are not
 * compared: digests and sequences are.
 *
 * @throws BatchUnreadable
 */
export function decodeBatches(
  bytes: Buffer,
  {
    from,
    aborted,
    bytesMax,
  }: {
    readonly from: bigint;
    readonly aborted: readonly AbortedTransaction[];
    readonly bytesMax: number;
  },
): DecodedBatches {
  const ahead = [...aborted].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const aborting = new Set<bigint>();
  const records: DecodedBatches['records'][number][] = [];
  let nextOffset = from;
  let decodedBytes = 0;
  for (const batch of wholeBatches(bytes)) {
    if (decodedBytes >= bytesMax) break;
    const { lastOffset, producerId, attributes } = batch;
    while (ahead[0] !== undefined && ahead[0].firstOffset <= lastOffset) {
      aborting.add(ahead[0].producerId);
      ahead.shift();
    }
    if (lastOffset >= nextOffset) nextOffset = lastOffset + 1n;
    if ((attributes & ATTRIBUTE.control) !== 0) aborting.delete(producerId);
    else if ((attributes & ATTRIBUTE.transactional) === 0 || !aborting.has(producerId)) {
      const plain = plainRecords(attributes & ATTRIBUTE.compression, batch);
      decodedBytes += plain.length;
      for (const record of recordsOf(plain, batch)) if (record.offset >= from) records.push(record);
    }
  }
  return { records, nextOffset };
}

/** @throws BatchUnreadable, ZstdMissing */
function plainRecords(compression: number, { baseOffset, records }: Batch): Uint8Array {
  let plain: Uint8Array | null;
  try {
    plain = decompress(compression, records);
  } catch (error) {
    if (error instanceof ZstdMissing) throw error;
    throw new BatchUnreadable(baseOffset, `records that cannot be decompressed (${(error as { code?: string }).code})`);
  }
  if (plain === null) throw new BatchUnreadable(baseOffset, `compression ${compression}`);
  return plain;
}

interface Batch {
  readonly baseOffset: bigint;
  readonly lastOffset: bigint;
  readonly producerId: bigint;
  readonly attributes: number;
  readonly recordCount: number;
  readonly records: Buffer;
}

function* wholeBatches(bytes: Buffer): Generator<Batch> {
  let start = 0;
  while (start + HEADER_AT.records <= bytes.length) {
    const baseOffset = bytes.readBigInt64BE(start + HEADER_AT.baseOffset);
    const end = start + LENGTH_END + bytes.readInt32BE(start + HEADER_AT.length);
    if (end < start + HEADER_AT.records) {
      throw new BatchUnreadable(baseOffset, 'a record batch that ends within its own head');
    }
    if (end > bytes.length) return;
    const format = bytes.readInt8(start + HEADER_AT.format);
    if (format !== FORMAT) throw new BatchUnreadable(baseOffset, `a record batch of format ${format}`);
    yield {
      baseOffset,
      lastOffset: baseOffset + BigInt(bytes.readInt32BE(start + HEADER_AT.lastOffsetDelta)),
      producerId: bytes.readBigInt64BE(start + HEADER_AT.producerId),
      attributes: bytes.readInt16BE(start + HEADER_AT.attributes),
      recordCount: bytes.readInt32BE(start + HEADER_AT.recordCount),
      records: bytes.subarray(start + HEADER_AT.records, end),
    };
    start = end;
  }
}

function recordsOf(bytes: Uint8Array, { baseOffset, recordCount }: Batch): DecodedBatches['records'] {
  const records: DecodedBatches['records'][number][] = [];
  const numbers = new VarintReader(bytes, 0);
  for (let index = 0; index < recordCount; index += 1) {
    const length = numbers.next();
    const end = numbers.at + length;
    if (length <= 0 || end > bytes.length) throw new BatchUnreadable(baseOffset, 'a record that ends after its batch');
    numbers.at += 1; // attributes: none are defined
    numbers.next(); // the time
    const offset = baseOffset + BigInt(numbers.next());
    const keyLength = Math.max(0, numbers.next());
    numbers.at += keyLength;
    const valueLength = Math.max(0, numbers.next());
    const value = bytes.subarray(numbers.at, numbers.at + valueLength);
    if (numbers.at + valueLength > end) throw new BatchUnreadable(offset, 'a value that ends after its record');
    records.push({ offset, value });
    numbers.at = end; // past the headers, which say nothing that the value does not
  }
  return records;
}
