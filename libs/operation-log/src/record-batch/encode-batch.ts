import type { OutgoingRecord } from '../broker.ts';
import { compressZstd } from './compression.ts';
import { crc32c } from './crc32c.ts';
import { ATTRIBUTE, COMPRESSION, type Compression, FORMAT, HEADER_AT, LENGTH_END } from './layout.ts';
import { RecordHeaders } from './record-headers.ts';
import { varintBytes, writeVarint } from './varint.ts';

/** Where a batch goes, and what it is in the order of its producer. */
export interface BatchPlace {
  readonly topic: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** Counts the records of the producer. */
  readonly firstSequence: number;
  /** Unix milliseconds, of all records. */
  readonly time: number;
}

/**
 * The bytes of a batch inside a transaction. `zstd` is what is tried: records that it does not make smaller stand as
 * they are.
 */
export function encodeBatch(
  records: readonly OutgoingRecord[],
  place: BatchPlace,
  compression: typeof COMPRESSION.none | typeof COMPRESSION.zstd,
): Buffer {
  const plain = encodeRecords(records, new RecordHeaders(place.topic));
  if (compression === COMPRESSION.zstd) {
    const small = compressZstd(plain.subarray(HEADER_AT.records));
    if (small.length < plain.length - HEADER_AT.records) {
      return withHeader(Buffer.concat([Buffer.alloc(HEADER_AT.records), small]), records.length, place, compression);
    }
  }
  return withHeader(plain, records.length, place, COMPRESSION.none);
}

/** The records, with room for the header before them. */
function encodeRecords(records: readonly OutgoingRecord[], headers: RecordHeaders): Buffer {
  const lengths = records.map((record, index) => recordBytes(record, index) + headers.bytesOf(record));
  const bytes = lengths.reduce((sum, length) => sum + varintBytes(length) + length, HEADER_AT.records);
  const batch = Buffer.allocUnsafe(bytes);
  let at: number = HEADER_AT.records;
  for (const [index, record] of records.entries()) {
    at = writeVarint(batch, lengths[index] as number, at);
    batch[at++] = 0; // attributes: none are defined
    batch[at++] = 0; // time: that of the batch
    at = writeVarint(batch, index, at);
    at = writeVarint(batch, record.key.length, at);
    at += batch.write(record.key, at, 'latin1'); // decimal digits
    at = writeVarint(batch, record.value.length, at);
    batch.set(record.value, at);
    at = headers.write(batch, record, at + record.value.length);
  }
  return batch;
}

/** Of a record without its length and its headers. */
function recordBytes({ key, value }: OutgoingRecord, index: number): number {
  return 2 + varintBytes(index) + varintBytes(key.length) + key.length + varintBytes(value.length) + value.length;
}

function withHeader(batch: Buffer, recordCount: number, place: BatchPlace, compression: Compression): Buffer {
  batch.writeBigInt64BE(0n, HEADER_AT.baseOffset); // the broker gives the offset
  batch.writeInt32BE(batch.length - LENGTH_END, HEADER_AT.length);
  batch.writeInt32BE(0, HEADER_AT.leaderEpoch);
  batch.writeInt8(FORMAT, HEADER_AT.format);
  batch.writeInt16BE(compression | ATTRIBUTE.transactional, HEADER_AT.attributes);
  batch.writeInt32BE(recordCount - 1, HEADER_AT.lastOffsetDelta);
  batch.writeBigInt64BE(BigInt(place.time), HEADER_AT.firstTime);
  batch.writeBigInt64BE(BigInt(place.time), HEADER_AT.newestTime);
  batch.writeBigInt64BE(place.producerId, HEADER_AT.producerId);
  batch.writeInt16BE(place.producerEpoch, HEADER_AT.producerEpoch);
  batch.writeInt32BE(place.firstSequence, HEADER_AT.firstSequence);
  batch.writeInt32BE(recordCount, HEADER_AT.recordCount);
  batch.writeUInt32BE(crc32c(batch.subarray(HEADER_AT.attributes)), HEADER_AT.crc);
  return batch;
}
