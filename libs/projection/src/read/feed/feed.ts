import { anchorHeight } from '@virtualchain/machine';
import { sql } from 'kysely';
import { Blocks } from '../../build/blocks.ts';
import { type BuildTables, nameOf, on } from '../../build/build.ts';
import { Checkpoints } from '../../build/checkpoint.ts';
import { feedChanges } from '../../build/feed/changes.ts';
import { positionsOf, RetractedRecords, StoredFeed } from '../../build/feed/feed.ts';
import { StoredOperations } from '../../build/operations.ts';
import { Records } from '../../build/records.ts';
import { genesisOf } from '../../registry/make-build.ts';
import type { MachineInstance } from '../../registry/registered-build.ts';
import type { Registry } from '../../registry/registry.ts';
import { inLiveBuild } from '../live-build.ts';
import { readFeedBlocks } from './feed-blocks.ts';
import type { FeedBlock, Genesis } from './feed-entry.ts';

/** How far the feed of a build goes. */
export interface FeedEnd {
  /** The identity of the feed: a position of one says nothing of another. */
  readonly feed: string;
  /** Of the last entry; 0 where there is none. */
  readonly position: number;
  readonly height: number | null;
  readonly hash: string | null;
}

/** Where the feed has a block. */
export interface FeedPlace {
  readonly feed: string;
  /** Of its opening, and of its sealing. */
  readonly position: number;
  readonly lastPosition: number;
  readonly height: number;
  readonly hash: string;
}

/** The feed of a machine's live build, whichever that is by then: every answer says of which feed it is. */
export interface Feed {
  end(): Promise<FeedEnd>;
  /** Some blocks behind a position, the rest of one that it lies in included; none at the end. */
  blocksAfter(position: number): Promise<{ readonly end: FeedEnd; readonly blocks: readonly FeedBlock[] }>;
  /** Where the block is that is on the branch at a height, or the newest of a hash, on the branch or not; null where there is none. */
  placeOf(block: number | string): Promise<FeedPlace | null>;
  /** The lowest block of the feed: higher than the machine's first one where the build came from a snapshot. */
  first(): Promise<FeedPlace | null>;
  /** The rows that the machine begins with; null where there are none. */
  genesis(): Promise<Genesis | null>;
}

/** The feed of a machine, over the registry's pool. Everything throws NoLiveBuild, VersionDiffers, ParametersDiffer, LayoutDiffers, DatabaseUnavailable. */
export function feedOf(registry: Registry, instance: MachineInstance): Feed {
  const inside = <Answer>(ask: (build: BuildTables) => Promise<Answer>) =>
    inLiveBuild(
      registry,
      instance,
      [Checkpoints, StoredFeed, Blocks, StoredOperations, Records, RetractedRecords],
      ask,
    );
  return {
    end: () => inLiveBuild(registry, instance, [Checkpoints], endOf),
    blocksAfter: (position) =>
      inside(async (build) => {
        const end = await endOf(build);
        return { end, blocks: end.position > position ? await readFeedBlocks(build, position) : [] };
      }),
    placeOf: (block) =>
      inside((build) =>
        typeof block === 'number'
          ? findPlace(build, sql`f.height = ${block} and f.verdicts is null`)
          : findPlace(
              build,
              sql`f.hash = ${block} and (f.verdicts is not null or
                f.height = (select b.height from ${nameOf(build, Blocks)} b where b.hash = ${block}))`,
            ),
      ),
    first: () => inside((build) => findPlace(build, sql`true`, sql`f.position`)),
    async genesis() {
      const { changes } = await genesisOf(instance.machine);
      const height = anchorHeight(instance.machine);
      const told = feedChanges(instance.machine, changes);
      return told.length === 0 ? null : { kind: 'genesis', position: 0, height, blockHash: null, changes: told };
    },
  };
}

async function endOf(build: BuildTables): Promise<FeedEnd> {
  const row = await on(build, Checkpoints)
    .selectFrom('checkpoint')
    .select(['feed', 'feed_position', 'height', 'hash'])
    .executeTakeFirstOrThrow();
  return { feed: row.feed, position: Number(row.feed_position), height: row.height, hash: row.hash };
}

async function findPlace(
  build: BuildTables,
  where: ReturnType<typeof sql>,
  order: ReturnType<typeof sql> = sql`f.position desc`,
): Promise<FeedPlace | null> {
  interface Found {
    readonly position: string;
    readonly height: number;
    readonly hash: string;
    readonly operations: number;
    readonly feed: string;
  }
  const { rows } = await sql<Found>`
    select f.position, f.height, f.hash, f.operations, c.feed
    from ${nameOf(build, StoredFeed)} f, ${nameOf(build, Checkpoints)} c
    where f.kind = 'connected' and f.operations is not null and ${where} order by ${order} limit 1`.execute(build.db);
  const [found] = rows;
  if (found === undefined) return null;
  const position = Number(found.position);
  const { height, hash, feed } = found;
  return { feed, position, lastPosition: position + positionsOf(found.operations) - 1, height, hash };
}
