import { type Place, placePath, withQuery } from '../address/view.ts';
import type { FeedEntry, FeedPage } from '../data/answers.ts';
import { ask } from '../data/ask.ts';
import { FEED_ENTRIES_MAX, FEED_PAGE_ENTRIES } from '../limits.ts';
import { type Reorganisation, readReorganisation, wantsMore } from './branches.ts';

/**
 * Reads the reorganisation that took back a block, which is the lowest one that went.
 *
 * @throws Refused
 */
export async function askReorganisation(
  place: Place,
  hash: string,
  signal: AbortSignal,
): Promise<Reorganisation | null> {
  const feed = placePath(place, 'feed');
  const entries: FeedEntry[] = [];
  let where: Readonly<Record<string, string>> = { from: hash };
  while (entries.length < FEED_ENTRIES_MAX) {
    const page = await ask<FeedPage>(withQuery(feed, { ...where, limit: FEED_PAGE_ENTRIES }), signal);
    entries.push(...page.entries);
    if (page.isEnd || page.cursor === null || !wantsMore(entries)) break;
    where = { after: page.cursor };
  }
  return readReorganisation(entries);
}
