import { blockHash, height } from '@virtualchain/bitcoin';
import { ExpectedError } from '@virtualchain/kernel';
import type { Cursor } from '@virtualchain/operation-log';

/** A cursor as JSON can hold it: the offset is decimal text, since it may pass what a number holds. */
export interface CursorJson {
  readonly log: string;
  readonly epoch: number;
  readonly writer: string;
  readonly sequence: number;
  readonly offset: string;
  readonly height: number | null;
  readonly hash: string | null;
}

/** What was stored is no cursor. Following from the start, or from another stored cursor, is the caller's choice. */
export class CursorInvalid extends ExpectedError {
  override readonly name = 'CursorInvalid';
  readonly code = 'CURSOR_INVALID';
  readonly remedy = 'halt';
}

/** A cursor as plain data that can be stored: the offset is decimal text. `cursorFromJson` takes it back. */
export function cursorToJson(cursor: Cursor): CursorJson {
  return { ...cursor, offset: cursor.offset.toString() };
}

/** Reads a stored cursor. @throws CursorInvalid with every field that is not as it should be. */
export function cursorFromJson(stored: unknown): Cursor {
  if (typeof stored !== 'object' || stored === null) throw new CursorInvalid('a cursor is an object');
  const fields = stored as Partial<Record<keyof CursorJson, unknown>>;
  const { log, epoch, writer, sequence, offset } = fields;
  const problems = Object.entries({
    log: isText(log),
    epoch: isCount(epoch),
    writer: isText(writer),
    sequence: isCount(sequence),
    offset: typeof offset === 'string' && /^[0-9]+$/.test(offset),
    height: fields.height === null || isCount(fields.height),
    hash: fields.hash === null || (typeof fields.hash === 'string' && /^[0-9a-f]{64}$/.test(fields.hash)),
  }).flatMap(([name, ok]) => (ok ? [] : [name]));
  if (problems.length > 0) throw new CursorInvalid(`a cursor has another ${problems.join(', ')}`);
  const json = stored as CursorJson;
  return {
    log: json.log,
    epoch: json.epoch,
    writer: json.writer,
    sequence: json.sequence,
    offset: BigInt(json.offset),
    height: json.height === null ? null : height(json.height),
    hash: json.hash === null ? null : blockHash(json.hash),
  };
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
