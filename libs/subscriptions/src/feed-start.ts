import { anchorHeight } from '@virtualchain/machine';
import { BlockNotOnBranch, HeightOutOfRange, type MachineInstance } from '@virtualchain/projection';
import { FeedGone, QuestionInvalid } from './errors.ts';
import type { FeedSource } from './feed-source.ts';
import { feedCursor, readFeedCursor, tellEntry } from './feed-unit.ts';
import type { Told } from './unit.ts';

/** Where a subscriber begins, as it says. */
export interface StartQuery {
  /** `now`, `start`, a height, or a block hash: the first block. */
  readonly from?: string;
  /** A cursor, or a block hash: what is done with already. */
  readonly after?: string;
}

/** Where a stream begins. */
export interface Start {
  readonly cursor: string;
  /** Told before everything else. */
  readonly first: readonly Told[];
}

/** What of a feed is asked to find a beginning. */
export interface FeedPlaces {
  readonly source: FeedSource;
  readonly instance: MachineInstance;
  /** The block that a position of another build lies in, where that is still there. */
  readonly blockOf: (feed: string, position: number) => Promise<string | null>;
}

/** @throws QuestionInvalid */
export function checkStart({ from, after }: StartQuery): void {
  if (from !== undefined && after !== undefined)
    throw new QuestionInvalid('from and after: both say where to begin; leave one of them out');
}

/** @throws QuestionInvalid, FeedGone, BlockNotOnBranch, HeightOutOfRange, and what reading throws */
export async function feedStart(places: FeedPlaces, query: StartQuery): Promise<Start> {
  checkStart(query);
  const { source, instance } = places;
  const { from = 'now', after } = query;
  if (after !== undefined) return { cursor: await behind(places, after), first: [] };
  if (from === 'now') return { cursor: source.cursor, first: [] };
  if (from === 'start') return wholeFeed(places);
  const place = await placeOf(places, from.length === 64 ? from : Number(from));
  if (place === null) throw new BlockNotOnBranch(instance.machine.name, from);
  return { cursor: feedCursor(source.id, place.position - 1), first: [] };
}

async function behind(places: FeedPlaces, after: string): Promise<string> {
  const { source, instance, blockOf } = places;
  const { name } = instance.machine;
  if (after.length === 64) {
    const place = await placeOf(places, after);
    if (place === null) throw new BlockNotOnBranch(name, after);
    return feedCursor(source.id, place.lastPosition);
  }
  const cursor = readFeedCursor(after);
  if (cursor === null) throw new QuestionInvalid('after: this is neither a cursor of a feed nor a block hash');
  if (cursor.feed !== source.id) throw new FeedGone(name, await blockOf(cursor.feed, cursor.position));
  source.checkThere(cursor.position);
  return after;
}

async function placeOf({ source, source: { feed }, instance }: FeedPlaces, block: number | string) {
  const place = await feed.placeOf(block);
  if (place !== null && place.feed !== source.id) throw new FeedGone(instance.machine.name, null);
  if (place !== null || typeof block === 'string') return place;
  const [first, anchor] = [await feed.first(), anchorHeight(instance.machine)];
  throw new HeightOutOfRange(instance.machine.name, block, first?.height ?? anchor + 1, source.tip?.height ?? anchor);
}

/** Everything, from the rows on that the machine begins with. */
async function wholeFeed({ source, source: { feed }, instance }: FeedPlaces): Promise<Start> {
  const [first, anchor] = [await feed.first(), anchorHeight(instance.machine)];
  if (first !== null && first.height > anchor + 1)
    throw new HeightOutOfRange(instance.machine.name, anchor + 1, first.height, source.tip?.height ?? anchor);
  const genesis = await feed.genesis();
  return { cursor: feedCursor(source.id, 0), first: genesis === null ? [] : [tellEntry(source.id, genesis)] };
}
