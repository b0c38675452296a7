/**
 * A record batch of format 2, as Kafka keeps it and sends it. Numbers are big-endian, those inside of records are
 * zigzag varints:
 *
 * - Header: base offset (8), length of what follows (4), epoch of the partition's leader (4), format (1), CRC-32C of what
 *   follows (4), attributes (2), offset of the last record less the base (4), first and newest time in milliseconds (8, 8),
 *   producer id (8), producer epoch (2), sequence of the first record (4), number of records (4).
 * - Records, compressed all together or not at all: length of what follows, attributes (1), time less the first, offset
 *   less the base, length and bytes of the key, of the value, number of headers, and of each length and bytes of its key
 *   and value. A length of -1 stands for null.
 */
export const HEADER_AT = {
  baseOffset: 0,
  length: 8,
  leaderEpoch: 12,
  format: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  firstTime: 27,
  newestTime: 35,
  producerId: 43,
  producerEpoch: 51,
  firstSequence: 53,
  recordCount: 57,
  records: 61,
} as const;

/** Before the length is known nothing of a batch is; it counts what follows it. */
export const LENGTH_END = 12;
export const FORMAT = 2;

export const ATTRIBUTE = { compression: 0x07, transactional: 0x10, control: 0x20 } as const;

/** How the records are compressed, as the attributes name it. */
export const COMPRESSION = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;
export type Compression = (typeof COMPRESSION)[keyof typeof COMPRESSION];
