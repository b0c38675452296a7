import { useEffect, useState } from 'preact/hooks';
import { type Place, placePath, withQuery } from '../address/view.ts';
import { FEED_PAGE_ENTRIES } from '../limits.ts';
import type { FeedEntry, FeedPage, Operation } from './answers.ts';
import { ask, Refused } from './ask.ts';
import type { Asked } from './use-answer.ts';

type Which = Pick<Operation, 'blockHash' | 'position' | 'txid'>;

/**
 * An operation as the feed tells of it: with its whole transaction, and the rows that it changed, before and after. The
 * operations of a block stand behind its opening, in their order. Null where the feed does not have it.
 *
 * @throws Refused
 */
async function askFeedEntry(
  place: Place,
  { blockHash, position, txid }: Which,
  signal: AbortSignal,
): Promise<FeedEntry | null> {
  let where: Readonly<Record<string, string>> = { from: blockHash };
  for (let left = position + 2; left > 0; left -= FEED_PAGE_ENTRIES) {
    const limit = Math.min(left, FEED_PAGE_ENTRIES);
    const page = await ask<FeedPage>(withQuery(placePath(place, 'feed'), { ...where, limit }), signal);
    const found = page.entries.find(({ operation }) => operation?.txid === txid);
    if (found !== undefined) return found;
    if (page.isEnd || page.cursor === null) break;
    where = { after: page.cursor };
  }
  return null;
}

/** What the feed tells of an operation. */
export function useFeedEntry(
  { chain, machine }: Place,
  { blockHash, position, txid }: Which,
): Asked<{ readonly entry: FeedEntry | null }> {
  const [asked, setAsked] = useState<Asked<{ readonly entry: FeedEntry | null }>>(ASKING);
  useEffect(() => {
    const stop = new AbortController();
    setAsked(ASKING);
    askFeedEntry({ chain, machine }, { blockHash, position, txid }, stop.signal).then(
      (entry) => setAsked({ body: { entry }, problem: null, isAsking: false }),
      (problem: unknown) => {
        if (problem instanceof Refused) setAsked({ body: null, problem, isAsking: false });
      },
    );
    return () => stop.abort();
  }, [chain, machine, blockHash, position, txid]);
  return asked;
}

const ASKING = { body: null, problem: null, isAsking: true } as const;
