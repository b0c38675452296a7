import type { FeedBlock, FeedEntry, OperationJudged } from '@virtualchain/projection';
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
  const told = block.entries.map((entry) => tellEntry(feed, entry));
  const subjects = subjectsOf(told, block.entries.map(subjectOf));
  const { kind, height, hash, position, lastPosition } = block;
  const choose = (selection: Selection): readonly Told[] => {
    if (selection.filter === null && selection.blocks) return told;
    const all = subjects();
    return told.filter((entry, i) => isTold(selection, all[i] ?? null, entry));
  };
  return {
    ...{ kind, height, hash, place: position, lastPlace: lastPosition },
    before: feedCursor(feed, position - 1),
    after: feedCursor(feed, lastPosition),
    size: told.reduce((sum, { text }) => sum + text.length, 0),
    told: onceEach(choose),
  };
}

/**
 * What filters look at, kept as long as there is room: it is as large as the texts, and nobody looks at it once all have been told.
 * Whoever comes later has it from the texts.
 */
function subjectsOf(told: readonly Told[], first: readonly (FilterSubject | null)[]) {
  let known = new WeakRef(first);
  return (): readonly (FilterSubject | null)[] => {
    const kept = known.deref() ?? told.map(({ text }) => subjectOf(JSON.parse(text)));
    known = new WeakRef(kept);
    return kept;
  };
}

function isTold(selection: Selection, subject: FilterSubject | null, { kind }: Told): boolean {
  if (subject === null) return selection.blocks || kind === 'block.retracted';
  return isWanted(selection, subject);
}

function subjectOf(entry: Pick<FeedEntry, 'kind'>): FilterSubject | null {
  if (!('operation' in entry)) return null;
  const { operation, kind, code } = entry as OperationJudged;
  return { operation, verdict: kind.slice('operation.'.length), code };
}
