import type { FeedBlock, FeedEntry } from '@virtualchain/projection';
import type { FilterSubject } from '@virtualchain/protocol';
import { onceEach } from './once-each.ts';
import { isWanted, type Selection } from './selection.ts';
import type { Told, Unit } from './unit.ts';

/** `<feed>:<position>` */
export function feedCursor(feed: string, position: number): string {
  return `${feed}:${position}`;
}

/** Null for what is no cursor of a feed. */
export function readFeedCursor(text: string): { readonly feed: string; readonly position: number } | null {
  const [, feed, digits] = /^([0-9a-f]{32}):([0-9]{1,15})$/.exec(text) ?? [];
  return feed === undefined ? null : { feed, position: Number(digits) };
}

/** An entry of a feed as it is told. */
export function tellEntry(feed: string, { position, kind, height, blockHash, ...rest }: FeedEntry): Told {
  const cursor = feedCursor(feed, position);
  return { place: position, cursor, kind, text: JSON.stringify({ kind, cursor, height, blockHash, ...rest }) };
}

/** A block of a feed as subscribers are told of it. Texts are made once for all of them, and chosen once for all with the same filter. */
export function feedUnit(feed: string, block: FeedBlock): Unit {
  const told: readonly { readonly entry: Told; readonly subject: FilterSubject | null }[] = block.entries.map(
    (entry) => ({
      entry: tellEntry(feed, entry),
      subject: subjectOf(entry),
    }),
  );
  const { kind, height, hash, position, lastPosition } = block;
  const choose = (selection: Selection): readonly Told[] =>
    told.filter(({ subject, entry }) => isTold(selection, subject, entry)).map(({ entry }) => entry);
  return {
    ...{ kind, height, hash, place: position, lastPlace: lastPosition },
    before: feedCursor(feed, position - 1),
    after: feedCursor(feed, lastPosition),
    size: told.reduce((sum, { entry }) => sum + entry.text.length, 0),
    told: onceEach(choose),
  };
}

function isTold(selection: Selection, subject: FilterSubject | null, { kind }: Told): boolean {
  if (subject === null) return selection.blocks || kind === 'block.retracted';
  return isWanted(selection, subject);
}

function subjectOf(entry: FeedEntry): FilterSubject | null {
  if (!('operation' in entry)) return null;
  return { operation: entry.operation, verdict: entry.kind.slice('operation.'.length), code: entry.code };
}
