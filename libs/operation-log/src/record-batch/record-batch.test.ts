import { hash } from 'node:crypto';
import { createRequire } from 'node:module';
import { gzipSync, zstdDecompressSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { OutgoingRecord } from '../broker.ts';
import { ZstdMissing } from '../errors.ts';
import { DECOMPRESSED_BYTES_MAX } from '../limits.ts';
import { decompress, refuseWithoutZstd } from './compression.ts';
import { crc32c } from './crc32c.ts';
import { decodeBatches } from './decode-batches.ts';
import { encodeBatch } from './encode-batch.ts';
import { ATTRIBUTE, COMPRESSION, HEADER_AT } from './layout.ts';

/** The encoder of kafkajs 2.2.4, which wrote the topics of the versions before. */
const load = createRequire(import.meta.url);
const kafkajsRecord = load('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => unknown;
const { RecordBatch: kafkajsBatch } = load('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch(batch: object): Promise<{ readonly buffer: Buffer }>;
};

const topic = 'vchain.regtest.kv';
const place = { topic, producerId: 7_000_000_001n, producerEpoch: 258, firstSequence: 70_000, time: 1_795_349_625_123 };
const all = { from: 0n, aborted: [], bytesMax: Number.MAX_SAFE_INTEGER };

const text = (characters: string, bounds: { readonly minLength?: number; readonly maxLength?: number }) =>
  fc.string({ unit: fc.constantFrom(...characters), ...bounds });

const anyRecord: fc.Arbitrary<OutgoingRecord> = fc.record({
  key: text('0123456789', { minLength: 1, maxLength: 80 }),
  value: fc.uint8Array({ maxLength: 300 }),
  type: fc.constantFrom('operation', 'block.connected', 'writer.started'),
  id: text('0123456789abcdef:', { maxLength: 90 }),
  time: fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.001Z'),
});

/** The same batch by kafkajs. */
async function byKafkajs(records: readonly OutgoingRecord[], first: typeof place = place): Promise<Buffer> {
  const encoded = records.map(({ key, value, type, id, time }, offsetDelta) =>
    kafkajsRecord({
      offsetDelta,
      key,
      value: Buffer.from(value),
      headers: {
        ce_specversion: '1.0',
        ce_type: type,
        ce_source: topic,
        ce_id: id,
        ce_time: time,
        'content-type': 'application/json',
      },
    }),
  );
  const { producerId, producerEpoch, firstSequence, time } = first;
  const batch = await kafkajsBatch({
    ...{ compression: 0, records: encoded, firstTimestamp: time, maxTimestamp: time, transactional: true },
    ...{ producerId: `${producerId}`, producerEpoch, firstSequence, lastOffsetDelta: records.length - 1 },
  });
  return batch.buffer;
}

const one = (value: Uint8Array): OutgoingRecord => ({ key: '1', value, type: 'operation', id: 'a:1', time: '' });

test('an uncompressed batch has the bytes that kafkajs gives it, whatever is in it', () =>
  fc.assert(
    fc.asyncProperty(fc.array(anyRecord, { minLength: 1, maxLength: 5 }), async (records) => {
      expect(encodeBatch(records, place, COMPRESSION.none).equals(await byKafkajs(records))).toBe(true);
    }),
  ));

test.each([
  ['a record', 1, 10],
  ['more records than one byte counts', 200, 3],
  ['a value whose length takes four bytes', 1, 2_100_000],
])('%s has the bytes that kafkajs gives it', async (_what, count, length) => {
  const records = Array.from({ length: count }, (_, index) => one(new Uint8Array(length).fill(index)));
  expect(encodeBatch(records, place, COMPRESSION.none).equals(await byKafkajs(records))).toBe(true);
});

test('a batch with zstd holds the same records, smaller, and its checksum is of what it is', async () => {
  const records = Array.from({ length: 50 }, (_, index) => one(Buffer.from(`{"sequence":${index}}`.repeat(9))));
  const batch = encodeBatch(records, place, COMPRESSION.zstd);
  const plain = await byKafkajs(records);
  expect(batch.length).toBeLessThan(plain.length / 10);
  expect(zstdDecompressSync(batch.subarray(HEADER_AT.records)).equals(plain.subarray(HEADER_AT.records))).toBe(true);
  expect(batch.readInt16BE(HEADER_AT.attributes)).toBe(COMPRESSION.zstd | ATTRIBUTE.transactional);
  expect(batch.readUInt32BE(HEADER_AT.crc)).toBe(crc32c(batch.subarray(HEADER_AT.attributes)));
});

test('what zstd does not make smaller stands as it is', async () => {
  const noise = Array.from({ length: 100 }, (_, index) => hash('sha256', `${index}`, 'buffer'));
  const records = [one(Buffer.concat(noise))];
  expect(encodeBatch(records, place, COMPRESSION.zstd).equals(await byKafkajs(records))).toBe(true);
});

test.each(['none', 'gzip', 'zstd'] as const)('batches with compression %s are read, one after another', (name) => {
  const values = ['{}', '', 'ä'].map((value) => Buffer.from(value));
  const batches = [at(5n, values, name), at(9n, values, name)];
  const { records, nextOffset } = decodeBatches(Buffer.concat(batches), all);
  expect(records.map(({ offset }) => offset)).toEqual([5n, 6n, 7n, 9n, 10n, 11n]);
  expect(records.map(({ value }) => Buffer.from(value).toString())).toEqual(['{}', '', 'ä', '{}', '', 'ä']);
  expect(nextOffset).toBe(12n);
});

test('of a batch that begins before what was asked for, the rest is read; of one that is cut short, nothing', () => {
  const batches = Buffer.concat([at(0n, ['a', 'b', 'c'].map(Buffer.from as (text: string) => Buffer)), at(3n, [])]);
  const cut = Buffer.concat([batches, at(3n, [Buffer.from('d')]).subarray(0, -1)]);
  const { records, nextOffset } = decodeBatches(cut, { ...all, from: 2n });
  expect(records.map(({ offset }) => offset)).toEqual([2n]);
  expect(nextOffset).toBe(3n);
});

test('an aborted transaction is left out up to its marker, and no further', () => {
  const value = [Buffer.from('x')];
  const batches = [
    at(0n, value, 'none', { producerId: 1n }),
    at(1n, value, 'none', { producerId: 2n }),
    at(2n, value, 'none', { producerId: 1n, control: true }),
    at(3n, value, 'none', { producerId: 1n }),
    at(4n, value, 'none', { producerId: 2n, control: true }),
  ];
  const aborted = [{ producerId: 1n, firstOffset: 0n }];
  const { records, nextOffset } = decodeBatches(Buffer.concat(batches), { ...all, aborted });
  expect(records.map(({ offset }) => offset)).toEqual([1n, 3n]);
  expect(nextOffset).toBe(5n);
});

test('little that was compressed well does not fill the memory: the rest is left to the next fetch', () => {
  const large = [new Uint8Array(100_000)];
  const batches = Array.from({ length: 40 }, (_, index) => at(BigInt(index), large, 'zstd'));
  const bytes = Buffer.concat(batches);
  expect(bytes.length).toBeLessThan(20_000);
  const { records, nextOffset } = decodeBatches(bytes, { ...all, bytesMax: 250_000 });
  expect(records).toHaveLength(3);
  expect(nextOffset).toBe(3n);
});

test.each([
  ['an old format', (batch: Buffer) => batch.writeInt8(1, HEADER_AT.format), 'a record batch of format 1'],
  ['lz4', (batch: Buffer) => batch.writeInt16BE(COMPRESSION.lz4, HEADER_AT.attributes), 'compression 3'],
  [
    'a record too long',
    (batch: Buffer) => batch.writeUInt16BE(0xfe7f, HEADER_AT.records),
    'a record that ends after its batch',
  ],
  ['no record', (batch: Buffer) => batch.writeInt32BE(2, HEADER_AT.recordCount), 'a record that ends after its batch'],
  [
    'no value',
    (batch: Buffer) => batch.writeUInt16BE(0xfe7f, HEADER_AT.records + 7),
    'a value that ends after its record',
  ],
])('a batch with %s is named', (_what, spoil, message) => {
  const batch = at(4n, [Buffer.from('value')]);
  spoil(batch);
  expect(() => decodeBatches(batch, all)).toThrow(expect.objectContaining({ name: 'BatchUnreadable', message }));
});

test.each([
  ['no length at all', -12, 'a record batch that ends within its own head'],
  ['a negative length', -2_000_000_000, 'a record batch that ends within its own head'],
])('a batch with %s ends the reading, by name', (_what, length, message) => {
  const batch = at(4n, [Buffer.from('value')]);
  batch.writeInt32BE(length, HEADER_AT.length);
  expect(() => decodeBatches(batch, all)).toThrow(expect.objectContaining({ name: 'BatchUnreadable', message }));
});

test.each(['gzip', 'zstd'] as const)('decompression-bomb: %s that unpacks to more than a batch may hold', (name) => {
  const batch = at(4n, [new Uint8Array(DECOMPRESSED_BYTES_MAX)], name);
  expect(batch.length).toBeLessThan(DECOMPRESSED_BYTES_MAX / 500);
  const message = 'records that cannot be decompressed (ERR_BUFFER_TOO_LARGE)';
  expect(() => decodeBatches(batch, all)).toThrow(expect.objectContaining({ name: 'BatchUnreadable', message }));
});

test('whatever bytes a batch is spoiled with, reading it ends, with its records or by name', () =>
  fc.assert(
    fc.property(
      fc.constantFrom('none', 'gzip', 'zstd'),
      fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 }),
      (name, spoiled) => {
        const bytes = Buffer.concat([at(1n, [Buffer.from('one')], name), at(2n, [Buffer.from('two')], name)]);
        for (const [place, byte] of spoiled) bytes[place % bytes.length] = byte;
        try {
          decodeBatches(bytes, all);
        } catch (error) {
          expect(error).toMatchObject({ name: 'BatchUnreadable' });
        }
      },
    ),
    { numRuns: 2_000 },
  ));

test('a Node without zstd is refused by name, whatever else it reads', () => {
  expect(() => refuseWithoutZstd({})).toThrow(ZstdMissing);
  expect(() => refuseWithoutZstd()).not.toThrow();
  expect(decompress(COMPRESSION.none, Buffer.from('a'))).toEqual(Buffer.from('a'));
});

/** A batch as the broker keeps it. */
function at(
  offset: bigint,
  values: readonly Uint8Array[],
  compression: 'none' | 'gzip' | 'zstd' = 'none',
  { producerId = 1n, control = false }: { readonly producerId?: bigint; readonly control?: boolean } = {},
): Buffer {
  if (values.length === 0) return Buffer.alloc(0);
  const records = values.map(one);
  const plain = encodeBatch(records, { ...place, producerId }, COMPRESSION.none);
  let batch = encodeBatch(records, { ...place, producerId }, compression === 'zstd' ? COMPRESSION.zstd : 0);
  if (compression === 'gzip') {
    batch = Buffer.concat([plain.subarray(0, HEADER_AT.records), gzipSync(plain.subarray(HEADER_AT.records))]);
    batch.writeInt32BE(batch.length - HEADER_AT.leaderEpoch, HEADER_AT.length);
    batch.writeInt16BE(COMPRESSION.gzip | ATTRIBUTE.transactional, HEADER_AT.attributes);
  }
  if (control) batch.writeInt16BE(ATTRIBUTE.transactional | ATTRIBUTE.control, HEADER_AT.attributes);
  batch.writeBigInt64BE(offset, HEADER_AT.baseOffset);
  return batch;
}
