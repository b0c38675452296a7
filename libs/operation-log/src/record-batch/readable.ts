import { RecordInvalid } from '../errors.ts';
import { BatchUnreadable } from './decode-batches.ts';

/** Decodes batches of a topic. @throws RecordInvalid when they are not what a broker keeps */
export function readable<Decoded>(topic: string, decode: () => Decoded): Decoded {
  try {
    return decode();
  } catch (error) {
    throw asRecordInvalid(topic, error);
  }
}

/** A batch that cannot be read, as a fault of the log; any other error as it is. */
export function asRecordInvalid(topic: string, error: unknown): unknown {
  return error instanceof BatchUnreadable ? new RecordInvalid(topic, error.offset, error.message) : error;
}
