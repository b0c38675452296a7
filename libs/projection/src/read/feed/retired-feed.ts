import { sql } from 'kysely';
import { nameOf } from '../../build/build.ts';
import { Checkpoints } from '../../build/checkpoint.ts';
import { inSnapshot } from '../../build/database/database.ts';
import { StoredFeed } from '../../build/feed/feed.ts';
import type { NamedInstance } from '../../registry/registered-build.ts';
import type { Registry } from '../../registry/registry.ts';

/** Builds before this layout have a feed without an identity. */
const FEED_LAYOUT_MIN = 3;

/**
 * The hash of the block in which a position of another build's feed lies; null where no build of the machine has that feed, as when
 * it was dropped.
 */
export async function findFeedBlock(
  registry: Registry,
  { chain, machine }: NamedInstance,
  { feed, position }: { readonly feed: string; readonly position: number },
): Promise<string | null> {
  const builds = (await registry.builds()).filter(
    (build) => build.chain === chain.name && build.machine === machine.name && build.layout >= FEED_LAYOUT_MIN,
  );
  for (const build of builds.toReversed()) {
    const [found] = await inSnapshot(registry.db, async (db) => {
      const { rows } = await sql<{ readonly hash: string }>`select f.hash
        from ${nameOf(build, Checkpoints)} c join ${nameOf(build, StoredFeed)} f on c.feed = ${feed}
        where f.kind = 'connected' and f.position <= ${position} order by f.position desc limit 1`.execute(db);
      return rows;
    });
    if (found !== undefined) return found.hash;
  }
  return null;
}
