import { type Place, placePath, withQuery } from '../address/view.ts';
import { FEED_PAGE_ENTRIES } from '../limits.ts';
import type { Change, FeedPage, Operation } from './answers.ts';
import { ask } from './ask.ts';

/**
 * What an operation changed, as the feed tells it: row by row, before and after. The operations of a block stand behind its
 * opening, in their order.
 *
 * @throws Refused
 */
export async function askChanges(
  place: Place,
  { blockHash, position, txid }: Pick<Operation, 'blockHash' | 'position' | 'txid'>,
  signal: AbortSignal,
): Promise<readonly Change[]> {
  let where: Readonly<Record<string, string>> = { from: blockHash };
  for (let left = position + 2; left > 0; left -= FEED_PAGE_ENTRIES) {
    const limit = Math.min(left, FEED_PAGE_ENTRIES);
    const page = await ask<FeedPage>(withQuery(placePath(place, 'feed'), { ...where, limit }), signal);
    const found = page.entries.find(({ operation }) => operation?.txid === txid);
    if (found !== undefined) return found.changes;
    if (page.isEnd || page.cursor === null) break;
    where = { after: page.cursor };
  }
  return [];
}
