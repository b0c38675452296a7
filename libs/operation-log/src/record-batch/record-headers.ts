import type { OutgoingRecord } from '../broker.ts';
import { varintBytes, writeVarint } from './varint.ts';

const CLOUD_EVENTS_VERSION = '1.0';
const CONTENT_TYPE = 'application/json';

/**
 * The CloudEvents headers of a batch's records as bytes: what differs between two records of a batch is the id alone,
 * most of the time, and what does not is encoded once.
 */
export class RecordHeaders {
  readonly #topic: string;
  readonly #before = new Map<string, Buffer>();
  #after = new Uint8Array(0);
  #time: string | null = null;

  constructor(topic: string) {
    this.#topic = topic;
  }

  /** The headers of a record, in three parts: before the id, the id with its length, after it. */
  bytesOf({ type, id, time }: OutgoingRecord): number {
    return this.#beforeId(type).length + varintBytes(id.length) + id.length + this.#afterId(time).length;
  }

  /** Writes them at `at`, and says where they end. */
  write(target: Buffer, { type, id, time }: OutgoingRecord, at: number): number {
    const before = this.#beforeId(type);
    target.set(before, at);
    let end = writeVarint(target, id.length, at + before.length);
    end += target.write(id, end, 'latin1'); // hex digits, a colon and decimal digits
    const after = this.#afterId(time);
    target.set(after, end);
    return end + after.length;
  }

  #beforeId(type: string): Buffer {
    let bytes = this.#before.get(type);
    if (bytes === undefined) {
      bytes = Buffer.concat([
        varint(6),
        ...header('ce_specversion', CLOUD_EVENTS_VERSION),
        ...header('ce_type', type),
        ...header('ce_source', this.#topic),
        ...text('ce_id'),
      ]);
      this.#before.set(type, bytes);
    }
    return bytes;
  }

  #afterId(time: string): Uint8Array {
    if (time !== this.#time) {
      this.#after = Buffer.concat([...header('ce_time', time), ...header('content-type', CONTENT_TYPE)]);
      this.#time = time;
    }
    return this.#after;
  }
}

function header(key: string, value: string): readonly Uint8Array[] {
  return [...text(key), ...text(value)];
}

function text(value: string): readonly Uint8Array[] {
  const bytes = Buffer.from(value);
  return [varint(bytes.length), bytes];
}

function varint(value: number): Uint8Array {
  const bytes = new Uint8Array(varintBytes(value));
  writeVarint(bytes, value, 0);
  return bytes;
}
