import { createHash } from 'node:crypto';
import type { Height } from '@virtualchain/bitcoin';
import type { LogEvent, Unplaced } from '@virtualchain/protocol';
import { encodeEvent } from '@virtualchain/protocol';
import type { OutgoingRecord } from '../broker.ts';
import { EventTooLarge } from '../errors.ts';
import { EVENT_BYTES_MAX, RECORD_OVERHEAD_BYTES } from '../limits.ts';
import type { LogEntry } from '../port.ts';

/** Where the next record of a writer goes. */
export interface Place {
  readonly topic: string;
  readonly log: string;
  readonly epoch: number;
  readonly sequence: number;
}

/** An event with its place in the log, as a record with CloudEvents headers. `time` is ISO 8601. */
export function recordOf(event: Unplaced<LogEvent>, place: Place, key: Height, time: string): OutgoingRecord {
  const { type } = event;
  const { topic, log, epoch, sequence } = place;
  const placed = Object.assign({ type, schema: 1, log, epoch, sequence }, event) as LogEvent; // in the schema's order
  const value = encodeEvent(placed);
  if (value.length > EVENT_BYTES_MAX) {
    throw new EventTooLarge(topic, `${type} of block ${key}`, value.length, EVENT_BYTES_MAX);
  }
  return { key: String(key), value, type, id: `${log}:${sequence}`, time };
}

/** The records of one entry, the first of them at `place`. */
export function recordsOfEntry(entry: LogEntry, place: Place, time: string): readonly OutgoingRecord[] {
  const key = entry.block.height;
  if (entry.kind === 'disconnect') {
    return [recordOf({ type: 'block.disconnected', ...entry.block }, place, key, time)];
  }
  const operations = entry.operations.map((operation, position) =>
    recordOf(operation, { ...place, sequence: place.sequence + 1 + position }, key, time),
  );
  const digest = createHash('sha256');
  for (const { value } of operations) digest.update(value);
  const block = {
    type: 'block.connected' as const,
    ...entry.block,
    work: `${entry.block.work}`,
    operationCount: operations.length,
    digest: digest.digest('hex'),
  };
  return [recordOf(block, place, key, time), ...operations];
}

/** Splits records into parts of at most so many bytes, in order; a larger record goes alone. */
export function splitBySize(records: readonly OutgoingRecord[], bytesMax: number): OutgoingRecord[][] {
  const sends: OutgoingRecord[][] = [];
  let room = 0;
  for (const record of records) {
    const bytes = record.value.length + RECORD_OVERHEAD_BYTES;
    const send = sends.at(-1);
    if (send === undefined || bytes > room) {
      sends.push([record]);
      room = bytesMax - bytes;
    } else {
      send.push(record);
      room -= bytes;
    }
  }
  return sends;
}
