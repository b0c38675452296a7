import { findHeldOfFeed, type Registry } from '@virtualchain/projection';
import { FeedGone } from './errors.ts';
import type { FeedSource } from './feed-source.ts';
import type { FeedPlaces } from './feed-start.ts';
import { feedCursor, readFeedCursor } from './feed-unit.ts';

/**
 * Where the feed that is live now has what a cursor of another build's feed left behind: the same block, with the same state. A part of
 * a block is carried over as that part. Null where nothing leads on: the other build was dropped, the live one never had that block (it
 * came from a snapshot), or other rules left another state there.
 *
 * @throws FeedGone where yet another build went live meanwhile, and what reading throws
 */
export async function carriedOver(
  { source, instance }: FeedPlaces,
  registry: Registry,
  cursor: string,
): Promise<string | null> {
  const read = readFeedCursor(cursor);
  const held = read === null ? null : await findHeldOfFeed(registry, instance, read);
  if (held === null) return null;
  if (held.block === null) return feedCursor(source.id, 0);
  const { hash, changesHash, entries, isWhole } = held.block;
  const place = await source.feed.placeOf(hash);
  if (place === null) return null;
  if (place.feed !== source.id) throw new FeedGone(instance.machine.name, hash);
  if ((await changesHashAt(source, place.lastPosition)) !== changesHash) return null;
  return feedCursor(source.id, isWhole ? place.lastPosition : place.position + entries - 1);
}

/** Of the block whose last entry stands there; null for one that the machine did not fold. */
async function changesHashAt({ feed }: FeedSource, lastPosition: number): Promise<string | null> {
  const { blocks } = await feed.blocksAfter(lastPosition - 1);
  const last = blocks[0]?.entries.at(-1);
  return last?.kind === 'block.sealed' ? last.changesHash : null;
}
