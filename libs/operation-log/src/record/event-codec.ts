import { decodeEvent, type LogEvent } from '@virtualchain/protocol';
import { RecordInvalid } from '../errors.ts';
import type { LogRecord } from '../port.ts';

/** @throws RecordInvalid when the bytes are no event of the contract. */
export function decodeRecord(topic: string, record: LogRecord): LogEvent {
  if (record.event !== undefined) return record.event;
  const decoded = decodeEvent(record.value);
  if (decoded.kind === 'problem') throw new RecordInvalid(topic, record.offset, decoded.problem);
  record.event = decoded.event;
  return decoded.event;
}
