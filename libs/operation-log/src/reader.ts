import type { LogEvent } from '@virtualchain/protocol';
import { type Anchor, type BlockAssembler, createBlockAssembler } from './block-assembler.ts';
import type { Broker, Fetched } from './broker.ts';
import { LogForked, LogReplaced, LogTruncated, OffsetOutOfRange, SequenceGap } from './errors.ts';
import { POLL_WAIT_MS } from './limits.ts';
import type { Cursor, LogBatch, LogChange, ReadOptions } from './port.ts';
import { decodeRecord } from './record/event-codec.ts';
import { firstRecordFrom, readIdentity } from './record/identity.ts';
import { ownerOf } from './spans.ts';

/** Reads a topic from a cursor on: one fetch in hand, one on its way, no more. */
export async function* readLog(broker: Broker, topic: string, options: ReadOptions): AsyncGenerator<LogBatch> {
  const { after, known = [], signal, untilEnd = false, fetchBytes } = options;
  const anchor = after === null ? null : await verifyCursor(broker, topic, after);
  const assembler = createBlockAssembler(topic, anchor, known);
  let position = anchor === null ? (await broker.offsets(topic)).earliest : anchor.cursor.offset + 1n;
  const fetchFrom = (offset: bigint): Promise<Fetched> => {
    const fetching = broker.fetch(topic, offset, {
      maxWaitMs: untilEnd ? 0 : POLL_WAIT_MS,
      ...(fetchBytes === undefined ? {} : { maxBytes: fetchBytes }),
      ...(signal && { signal }),
    });
    fetching.catch(() => undefined); // a failure is met where it is awaited, or never when the consumer left
    return fetching;
  };
  let wasAtEnd = false;
  let ahead: Promise<Fetched> | null = null;
  while (!signal?.aborted) {
    const fetched: Fetched = await (ahead ?? fetchFrom(position)).catch((fault) =>
      explain(fault, broker, topic, assembler),
    );
    if (signal?.aborted) return;
    position = fetched.nextOffset;
    const atEnd: boolean = position >= fetched.stableOffset;
    ahead = atEnd ? null : fetchFrom(position);
    const changes: LogChange[] = [];
    try {
      for (const record of fetched.records) {
        const change = assembler.accept(record);
        if (change !== null) changes.push(change);
      }
    } catch (fault) {
      if (changes.length > 0) yield { changes, endOffset: fetched.stableOffset, atEnd: false };
      await refuseRewritten(broker, topic, assembler);
      if (fault instanceof SequenceGap) await refusePassedBy(broker, topic, assembler);
      throw fault;
    }
    if (changes.length > 0 || atEnd !== wasAtEnd) yield { changes, endOffset: fetched.stableOffset, atEnd };
    wasAtEnd = atEnd;
    if (atEnd && untilEnd) return;
  }
}

/**
 * What does not follow on what was read may be a log that lost its tail, and has grown past us again since: then the
 * newest record that was accepted is not there any more, and the way back is to rewind, not to stop.
 *
 * @throws LogTruncated, LogForked
 */
async function refuseRewritten(broker: Broker, topic: string, { last }: BlockAssembler): Promise<void> {
  if (last === null) return;
  const record = await firstRecordFrom(broker, topic, last.offset);
  if (record === null) throw new LogTruncated(topic, last.offset, `sequence ${last.sequence}, which was read, is gone`);
  const event = decodeRecord(topic, record);
  const isThere = record.offset === last.offset && event.sequence === last.sequence && event.epoch === last.epoch;
  if (isThere && ownerOf(event) === last.owner) return;
  const found = `sequence ${event.sequence} of epoch ${event.epoch} (${ownerOf(event)})`;
  throw new LogForked(topic, record.offset, `read sequence ${last.sequence} of ${last.owner}, now found ${found}`);
}

/**
 * A log may lose no more than a transaction's marker, and grow again: the next record then stands where the marker stood,
 * before the offset that we were to go on from.
 *
 * @throws LogTruncated
 */
async function refusePassedBy(broker: Broker, topic: string, { last }: BlockAssembler): Promise<void> {
  if (last === null) return;
  const next = await firstRecordFrom(broker, topic, last.offset + 1n);
  if (next === null || decodeRecord(topic, next).sequence !== last.sequence + 1) return;
  throw new LogTruncated(topic, next.offset, `it lost its end behind sequence ${last.sequence}, and has grown again`);
}

/** An offset that the topic does not reach is the sign of a log that was cut, or of another log under its name. */
async function explain(fault: unknown, broker: Broker, topic: string, { log }: BlockAssembler): Promise<never> {
  if (!(fault instanceof OffsetOutOfRange)) throw fault;
  const identity = await readIdentity(broker, topic);
  if (log !== null && identity?.log !== log) {
    throw new LogReplaced(topic, null, `the topic holds ${identity?.log ?? 'nothing'} now, it held log ${log}`);
  }
  throw new LogTruncated(topic, null, fault.message);
}

/**
 * The log must still have the very record that the cursor names: same log, sequence, epoch and block. Null for a cursor
 * before the first record, where whoever took back all of its blocks stands: it names a log, and nothing in it.
 *
 * @throws LogReplaced, LogTruncated, LogForked
 */
async function verifyCursor(broker: Broker, topic: string, cursor: Cursor): Promise<Anchor | null> {
  const identity = await readIdentity(broker, topic);
  if (identity?.log !== cursor.log) {
    const found = identity === null ? 'is empty' : `holds log ${identity.log}`;
    throw new LogReplaced(topic, null, `the topic ${found}, the cursor is of log ${cursor.log}`);
  }
  if (cursor.sequence === 0) return null;
  const { earliest, stable } = await broker.offsets(topic);
  const wanted = `sequence ${cursor.sequence} of epoch ${cursor.epoch}`;
  const reaches = cursor.offset >= earliest && cursor.offset < stable;
  const record = reaches ? await firstRecordFrom(broker, topic, cursor.offset) : null;
  if (record === null) {
    throw new LogTruncated(topic, cursor.offset, `the log spans ${earliest} to ${stable}, ${wanted} is gone`);
  }
  const event = decodeRecord(topic, record);
  const samePlace = record.offset === cursor.offset && event.sequence === cursor.sequence;
  if (!samePlace || event.epoch !== cursor.epoch || !endsWith(event, cursor)) {
    const found = `sequence ${event.sequence} of epoch ${event.epoch} (${ownerOf(event)})`;
    throw new LogForked(topic, record.offset, `expected ${wanted}, found ${found}`);
  }
  return { cursor, event, firstBlock: identity.firstBlock };
}

/** Whether the branch can end with the cursor's block once this record is read. */
function endsWith(event: LogEvent, { hash }: Cursor): boolean {
  switch (event.type) {
    case 'block.connected':
      return event.hash === hash;
    case 'operation':
      return event.blockHash === hash;
    case 'block.disconnected':
      return hash === null || event.previousHash === hash;
    case 'log.created':
      return hash === null;
    case 'writer.started':
      return true;
  }
}
