import type { Pool, PoolClient } from 'pg';
import type { Fetched, OutgoingRecord } from '../broker.ts';
import { OffsetOutOfRange, RecordInvalid, TopicMissing } from '../errors.ts';
import { BATCH_BYTES_MAX, BATCHES_PER_FETCH_MAX, FETCH_DECODED_BYTES } from '../limits.ts';
import { splitBySize } from '../record/records.ts';
import { decodeBatches } from '../record-batch/decode-batches.ts';
import { encodeBatch } from '../record-batch/encode-batch.ts';
import { COMPRESSION, HEADER_AT } from '../record-batch/layout.ts';
import { readable } from '../record-batch/readable.ts';

/** A row of `vchain_log.batches` whose place is not known yet. */
export interface EncodedBatch {
  readonly recordCount: number;
  readonly body: Buffer;
}

/** Records as batches that are small enough to be read for the sake of one record. */
export function encodeBatches(topic: string, records: readonly OutgoingRecord[]): readonly EncodedBatch[] {
  // Neither producer nor sequence tells a batch from its repetition here: a transaction is asked for once.
  const place = { topic, producerId: 0n, producerEpoch: 0, firstSequence: 0, time: Date.now() };
  return splitBySize(records, BATCH_BYTES_MAX).map((part) => ({
    recordCount: part.length,
    body: encodeBatch(part, place, COMPRESSION.zstd),
  }));
}

/** Writes batches one after another, the first record at offset `first`. */
export async function insertBatches(
  client: PoolClient,
  topicId: string,
  first: bigint,
  batches: readonly EncodedBatch[],
): Promise<void> {
  const values: unknown[] = [topicId];
  const rows: string[] = [];
  let next = first;
  for (const { recordCount, body } of batches) {
    body.writeBigInt64BE(next, HEADER_AT.baseOffset);
    next += BigInt(recordCount);
    rows.push(`($1, $${values.length + 1}, $${values.length + 2}, $${values.length + 3})`);
    values.push(String(next - 1n), recordCount, body);
  }
  await client.query(
    `insert into vchain_log.batches (topic_id, last_offset, record_count, body) values ${rows.join(', ')}`,
    values,
  );
}

/** The end of the log, and the batches from an offset on, as many as fit into so many bytes; one in any case. */
const FETCH = `
  select topic.next_offset::text as next_offset, found.body
  from vchain_log.topics topic left join lateral (
    select body, last_offset from (
      select last_offset, body, sum(octet_length(body)) over (order by last_offset) - octet_length(body) as bytes_before
      from (
        select last_offset, body from vchain_log.batches
        where topic_id = topic.id and last_offset >= $2 order by last_offset limit ${BATCHES_PER_FETCH_MAX}
      ) ahead
    ) counted where bytes_before < $3
  ) found on true
  where topic.name = $1 order by found.last_offset`;

interface FetchedRow {
  readonly next_offset: string;
  readonly body: Buffer | null;
}

/** What is committed from `offset` on: all of one moment. @throws TopicMissing, OffsetOutOfRange, RecordInvalid */
export async function fetchBatches(pool: Pool, topic: string, offset: bigint, bytesMax: number): Promise<Fetched> {
  const values = [topic, String(offset), bytesMax];
  const { rows } = await pool.query<FetchedRow>(FETCH, values);
  const [head] = rows;
  if (head === undefined) throw new TopicMissing(topic);
  const stableOffset = BigInt(head.next_offset);
  if (offset < 0n || offset > stableOffset) throw new OffsetOutOfRange(topic, offset);
  const bytes = Buffer.concat(rows.flatMap(({ body }) => (body === null ? [] : [body])));
  // Where rows were deleted by hand nothing is left to read: what is missing shows in the sequence.
  if (bytes.length === 0) return { records: [], nextOffset: stableOffset, stableOffset };
  const bounds = { from: offset, aborted: [], bytesMax: FETCH_DECODED_BYTES };
  const decoded = readable(topic, () => decodeBatches(bytes, bounds));
  if (decoded.nextOffset <= offset) throw new RecordInvalid(topic, offset, 'a batch that ends before its end');
  return { ...decoded, stableOffset };
}

/** Where the log begins and ends. @throws TopicMissing */
export async function readOffsets(
  pool: Pool,
  topic: string,
): Promise<{ readonly earliest: bigint; readonly stable: bigint }> {
  const { rows } = await pool.query<{ readonly next_offset: string }>(
    'select next_offset::text as next_offset from vchain_log.topics where name = $1',
    [topic],
  );
  const [found] = rows;
  if (found === undefined) throw new TopicMissing(topic);
  return { earliest: 0n, stable: BigInt(found.next_offset) };
}
