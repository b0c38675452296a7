import type { AbortedTransaction } from '../record-batch/decode-batches.ts';

/**
 * The two messages of Kafka's protocol that carry record batches. Numbers are big-endian, texts and lists have their length
 * before them, -1 for none.
 */

export const PRODUCE_VERSION = 7;
export const FETCH_VERSION = 11;
/** All replicas in sync have the batch before it is acknowledged. */
export const ACKS_ALL = -1;

const INT16 = 2;
const INT32 = 4;
const INT64 = 8;

export interface ProduceTarget {
  readonly transactionalId: string;
  readonly topic: string;
  readonly partition: number;
  readonly timeoutMs: number;
}

/** The body of a Produce request with one batch for one partition. */
export function encodeProduce({ transactionalId, topic, partition, timeoutMs }: ProduceTarget, batch: Buffer): Buffer {
  const textBytes = INT16 + Buffer.byteLength(transactionalId) + INT16 + Buffer.byteLength(topic);
  const bytes = Buffer.allocUnsafe(textBytes + INT16 + 5 * INT32 + batch.length);
  let at = writeText(bytes, transactionalId, 0);
  at = bytes.writeInt16BE(ACKS_ALL, at);
  at = bytes.writeInt32BE(timeoutMs, at);
  at = bytes.writeInt32BE(1, at); // topics
  at = writeText(bytes, topic, at);
  at = bytes.writeInt32BE(1, at); // partitions
  at = bytes.writeInt32BE(partition, at);
  at = bytes.writeInt32BE(batch.length, at);
  bytes.set(batch, at);
  return bytes;
}

function writeText(bytes: Buffer, text: string, at: number): number {
  const start = at + INT16;
  const length = bytes.write(text, start);
  bytes.writeInt16BE(length, at);
  return start + length;
}

/** What a fetch brought of one partition; kafkajs looks at the first two and at the error. */
export interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly stableOffset: bigint;
  readonly aborted: readonly AbortedTransaction[];
  /** Whole record batches, and perhaps the beginning of one more. */
  readonly batches: Buffer;
}

/** The body of the answer to a fetch of one partition, in the shape that kafkajs expects. */
export function decodeFetch(bytes: Buffer) {
  const clientSideThrottleTime = bytes.readInt32BE(0);
  let at = INT32 + INT16 + INT32; // an error and an id of fetch sessions, which are not used
  const responses: { topicName: string; partitions: FetchedPartition[] }[] = [];
  const topicCount = bytes.readInt32BE(at);
  at += INT32;
  for (let topic = 0; topic < topicCount; topic += 1) {
    const nameEnd = at + INT16 + bytes.readInt16BE(at);
    const topicName = bytes.toString('utf8', at + INT16, nameEnd);
    const partitionCount = bytes.readInt32BE(nameEnd);
    at = nameEnd + INT32;
    const partitions: FetchedPartition[] = [];
    for (let index = 0; index < partitionCount; index += 1) {
      const { partition, end } = decodePartition(bytes, at);
      partitions.push(partition);
      at = end;
    }
    responses.push({ topicName, partitions });
  }
  return { clientSideThrottleTime, responses };
}

function decodePartition(bytes: Buffer, start: number): { readonly partition: FetchedPartition; readonly end: number } {
  const partition = bytes.readInt32BE(start);
  const errorCode = bytes.readInt16BE(start + INT32);
  let at = start + INT32 + INT16 + INT64; // the high watermark, which counts what is undecided
  const stableOffset = bytes.readBigInt64BE(at);
  at += 2 * INT64; // and the first offset of the log
  const aborted: AbortedTransaction[] = [];
  const abortedCount = bytes.readInt32BE(at);
  at += INT32;
  for (let index = 0; index < abortedCount; index += 1) {
    aborted.push({ producerId: bytes.readBigInt64BE(at), firstOffset: bytes.readBigInt64BE(at + INT64) });
    at += 2 * INT64;
  }
  at += INT32; // the replica that would be nearer
  const length = Math.max(0, bytes.readInt32BE(at));
  at += INT32;
  const batches = bytes.subarray(at, at + length);
  return { partition: { partition, errorCode, stableOffset, aborted, batches }, end: at + length };
}
