import { CURSORS_HELD_MAX } from '../limits.ts';

/** Tells entries that came before, and those between which something is missing. */
export interface CursorCheck {
  /** Whether an entry did not come before. */
  isNew(cursor: string): boolean;
  /** Whether nothing lies between it and what was taken last, as far as cursors tell. */
  isNext(cursor: string): boolean;
  /** It was taken: nothing up to it is new any more. */
  passed(cursor: string): void;
}

/**
 * What came twice is known by its cursor: a feed's by its place, since that only grows; any other by being one of the
 * newest that came.
 */
export function createCursorCheck(after: string | null): CursorCheck {
  const seen = new Set<string>();
  let newest: { readonly feed: string; readonly position: bigint } | null = null;
  const check: CursorCheck = {
    isNew(cursor) {
      const place = placeOf(cursor);
      if (seen.has(cursor)) return false;
      return place === null || place.feed !== newest?.feed || place.position > newest.position;
    },
    isNext(cursor) {
      const place = placeOf(cursor);
      return place === null || place.feed !== newest?.feed || place.position === newest.position + 1n;
    },
    passed(cursor) {
      seen.add(cursor);
      if (seen.size > CURSORS_HELD_MAX) for (const oldest of seen.values().take(1)) seen.delete(oldest);
      const place = placeOf(cursor);
      if (place === null) return;
      if (newest?.feed !== place.feed || newest.position < place.position) newest = place;
    },
  };
  if (after !== null) check.passed(after);
  return check;
}

/** A feed's cursor is its id and a place in it. */
function placeOf(cursor: string): { readonly feed: string; readonly position: bigint } | null {
  const [, feed, position] = /^(.+):(\d{1,18})$/.exec(cursor) ?? [];
  return feed === undefined || position === undefined ? null : { feed, position: BigInt(position) };
}
