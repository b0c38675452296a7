import { cursorFromJson, cursorToJson } from '@virtualchain/client';
import type { Cursor, LogChange } from '@virtualchain/operation-log';
import { isWanted, onceEach, type Selection, type Told, type Unit } from '@virtualchain/subscriptions';

/** A cursor of the log as text. */
export function logCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursorToJson(cursor))).toString('base64url');
}

/** Before the first record of a log. */
export function logStart(log: string): Cursor {
  return { log, epoch: 0, writer: '', sequence: 0, offset: 0n, height: null, hash: null };
}

/** Null for what is no cursor of a log. */
export function readLogCursorText(text: string): Cursor | null {
  try {
    return cursorFromJson(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch {
    return null;
  }
}

/** A block of the log as subscribers are told of it: one entry, with those of its operations that they want. */
export function logUnit(change: LogChange, before: string): Unit {
  const after = logCursor(change.cursor);
  const { height, hash, sequence } = change.event;
  const at = { height, hash, place: sequence, lastPlace: change.cursor.sequence, before, after };
  const entry = { place: change.cursor.sequence, cursor: after };
  const head = (kind: string): string =>
    `{"kind":"${kind}","cursor":"${after}","block":${JSON.stringify(change.event)}`;
  if (change.kind === 'disconnected') {
    const told: Told = { ...entry, kind: 'block.disconnected', text: `${head('block.disconnected')}}` };
    const list = [told];
    return { ...at, kind: 'disconnected', size: told.text.length, told: () => list };
  }
  const texts = change.operationBytes.map((bytes) => Buffer.from(bytes).toString('utf8'));
  const kind = 'block.connected';
  const tell = (operations: readonly string[]): Told => ({
    ...entry,
    kind,
    text: `${head(kind)},"operations":[${operations.join(',')}]}`,
  });
  const whole = [tell(texts)];
  const choose = (selection: Selection): readonly Told[] => {
    if (selection.filter === null) return selection.blocks || texts.length > 0 ? whole : [];
    const wanted = texts.filter((_text, i) => {
      const operation = change.operations[i];
      return operation !== undefined && isWanted(selection, { operation });
    });
    return wanted.length === 0 && !selection.blocks ? [] : [tell(wanted)];
  };
  return { ...at, kind: 'connected', size: 4 * (whole[0]?.text.length ?? 0), told: onceEach(choose) };
}
