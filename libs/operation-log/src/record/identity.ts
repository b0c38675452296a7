import type { Broker } from '../broker.ts';
import { LogTruncated, RecordInvalid } from '../errors.ts';
import { ONE_RECORD_BYTES } from '../limits.ts';
import type { LogIdentity, LogRecord } from '../port.ts';
import { decodeRecord } from './event-codec.ts';

/** The record at `offset`, or the next committed one; null past the stable end. */
export async function firstRecordFrom(broker: Broker, topic: string, offset: bigint): Promise<LogRecord | null> {
  let next = offset;
  for (;;) {
    const fetched = await broker.fetch(topic, next, { maxWaitMs: 0, maxBytes: ONE_RECORD_BYTES });
    const [record] = fetched.records;
    if (record !== undefined) return record;
    if (fetched.nextOffset <= next || fetched.nextOffset >= fetched.stableOffset) return null;
    next = fetched.nextOffset;
  }
}

/** What `log.created` says; null when nothing is committed. @throws LogTruncated when the log lost its beginning. */
export async function readIdentity(
  broker: Broker,
  topic: string,
): Promise<(LogIdentity & { readonly log: string }) | null> {
  const { earliest } = await broker.offsets(topic);
  const record = await firstRecordFrom(broker, topic, earliest);
  if (record === null) return null;
  const event = decodeRecord(topic, record);
  if (event.type === 'log.created') {
    const { log, network, chain, magic, firstBlock } = event;
    return { topic, log, network, chain, magic, firstBlock };
  }
  if (event.sequence > 1) {
    throw new LogTruncated(topic, record.offset, `the log begins at sequence ${event.sequence}: its beginning is gone`);
  }
  throw new RecordInvalid(topic, record.offset, `the first record is ${event.type}, not log.created`);
}
