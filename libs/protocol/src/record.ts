import { bytesToHex, isHexBytes, joinBytes, sha256 } from '@virtualchain/bitcoin';
import { Compile } from 'typebox/schema';
import type { LogEvent } from './events.ts';
import { SCHEMAS } from './generated/schemas.ts';
import { HEX_BYTES } from './hex-pattern.ts';
import { withScriptsInPlace, withScriptsOnce } from './sender-scripts.ts';

const FIELDS = new Map<string, readonly string[]>(
  Object.entries(SCHEMAS).map(([type, { properties }]) => [type, Object.keys(properties)]),
);

/** Text of megabytes takes the stack of a regular expression that repeats a group, and no record may stop its readers. */
class HexBytes extends RegExp {
  override test(text: string): boolean {
    return isHexBytes(text);
  }
}

/** The same schema, in which bytes are checked without that expression. */
function withOwnHexCheck<Schema>(schema: Schema): Schema {
  if (Array.isArray(schema)) return schema.map(withOwnHexCheck) as Schema;
  if (typeof schema !== 'object' || schema === null) return schema;
  const own = Object.entries(schema).map(([name, value]) => [
    name,
    name === 'pattern' && value === HEX_BYTES ? new HexBytes(HEX_BYTES) : withOwnHexCheck(value),
  ]);
  return Object.fromEntries(own) as Schema;
}

/** Of the generated schemas: making them from their definitions costs every process a quarter of a second of start. */
const VALIDATORS = new Map(Object.entries(SCHEMAS).map(([type, schema]) => [type, Compile(withOwnHexCheck(schema))]));

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The value bytes of a record: JSON in UTF-8, fields in the order of the schema, so that equal events have equal bytes.
 * Fields that the schema does not know follow in their own order. Scripts that repeat may stand once (`scriptOf`).
 * The bytes may be part of a larger buffer.
 */
export function encodeEvent(given: LogEvent): Uint8Array {
  return bytesOf(JSON.stringify(inOrder(given.type === 'operation' ? withScriptsOnce(given) : given)));
}

/** The event itself where its fields stand as in the schema, which those of our own making do. */
function inOrder(event: LogEvent): object {
  const order = FIELDS.get(event.type) ?? [];
  let at = 0;
  for (const field of Object.keys(event)) {
    while (at < order.length && order[at] !== field) at += 1;
    if (at === order.length) return reordered(event, order);
    at += 1;
  }
  return event;
}

function reordered(event: LogEvent, order: readonly string[]): object {
  const ordered: Record<string, unknown> = {};
  const fields = event as Record<string, unknown>;
  for (const field of order) if (field in fields) ordered[field] = fields[field];
  return Object.assign(ordered, event);
}

/** Where the bytes of the next events go, one behind another: a buffer for each cost more than to encode it. */
let room = new Uint8Array(0);
const ROOM_BYTES = 256 * 1024;
/** What a UTF-16 unit takes in UTF-8, at most. */
const UNIT_BYTES = 3;

function bytesOf(text: string): Uint8Array {
  const bytesMax = UNIT_BYTES * text.length;
  if (bytesMax > ROOM_BYTES / 4) return utf8.encode(text);
  if (bytesMax > room.length) room = new Uint8Array(ROOM_BYTES);
  const { written } = utf8.encodeInto(text, room);
  const bytes = room.subarray(0, written);
  room = room.subarray(written);
  return bytes;
}

/** What value bytes turned out to be. */
export type DecodedEvent =
  | { readonly kind: 'event'; readonly event: LogEvent }
  | { readonly kind: 'problem'; readonly problem: string };

/**
 * Reads the value bytes of a record. Total: whatever they hold, the answer is an event that fits its schema, or what is
 * wrong with it. Unknown fields are kept, since the schema grows by addition. Scripts that stood once stand in every
 * place again.
 */
export function decodeEvent(bytes: Uint8Array): DecodedEvent {
  const value = parseJson(bytes);
  if (typeof value !== 'object' || value === null) return { kind: 'problem', problem: 'not a JSON object in UTF-8' };
  const { type } = value as { readonly type?: unknown };
  const validator = VALIDATORS.get(String(type));
  if (validator === undefined)
    return { kind: 'problem', problem: `unknown type of record: ${String(type).slice(0, 40)}` };
  if (validator.Check(value)) return whole(value as LogEvent);
  const [first] = validator.Errors(value)[1];
  return {
    kind: 'problem',
    problem: `${type}${first?.instancePath ?? ''} ${first?.message ?? 'does not fit the schema'}`,
  };
}

function whole(event: LogEvent): DecodedEvent {
  if (event.type !== 'operation') return { kind: 'event', event };
  const operation = withScriptsInPlace(event);
  return typeof operation === 'string'
    ? { kind: 'problem', problem: `operation: ${operation}` }
    : { kind: 'event', event: operation };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(strictUtf8.decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}

/** The digest of a block's operations: sha256 over the value bytes of their records, in order. */
export function operationsDigest(values: readonly Uint8Array[]): string {
  return bytesToHex(sha256(joinBytes(values)));
}
