import { decodeEvent, type LogEvent } from '@virtualchain/protocol';
import { RecordInvalid } from './errors.ts';
import type { LogRecord } from './port.ts';

/** @throws RecordInvalid when the bytes are no event of the contract. */
export function decodeRecord(topic: string, { offset, value }: LogRecord): LogEvent {
  const decoded = decodeEvent(value);
  if (decoded.kind === 'problem') throw new RecordInvalid(topic, offset, decoded.problem);
  return decoded.event;
}
