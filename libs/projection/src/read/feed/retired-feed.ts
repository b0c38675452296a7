import { sql } from 'kysely';
import { Blocks } from '../../build/blocks.ts';
import { nameOf } from '../../build/build.ts';
import { Checkpoints } from '../../build/checkpoint.ts';
import { type Db, inSnapshot } from '../../build/database/database.ts';
import { positionsOf, StoredFeed } from '../../build/feed/feed.ts';
import type { NamedInstance, RegisteredBuild } from '../../registry/registered-build.ts';
import type { Registry } from '../../registry/registry.ts';

/** Builds before this layout have a feed without an identity. */
const FEED_LAYOUT_MIN = 3;

/** A position of a feed, by the feed's identity. */
interface FeedPosition {
  readonly feed: string;
  readonly position: number;
}

/**
 * The hash of the block in which a position of another build's feed lies; null where no build of the machine has that feed, as when
 * it was dropped.
 */
export async function findFeedBlock(
  registry: Registry,
  named: NamedInstance,
  { feed, position }: FeedPosition,
): Promise<string | null> {
  return inBuildOf(registry, named, feed, async (db, build) => {
    const { rows } = await sql<{ readonly hash: string }>`select f.hash from ${nameOf(build, StoredFeed)} f
      where f.kind = 'connected' and f.position <= ${position} order by f.position desc limit 1`.execute(db);
    return rows[0]?.hash ?? null;
  });
}

/** What who read a feed up to a position has: the block that is the newest then, and how much of it. */
export interface HeldOfFeed {
  /** Null before the first block, or where that was taken back. */
  readonly block: {
    readonly height: number;
    readonly hash: string;
    /** Null for a block that the machine did not fold. */
    readonly changesHash: string | null;
    /** How many of its entries were read, and whether these are all. */
    readonly entries: number;
    readonly isWhole: boolean;
  } | null;
}

/** What lies behind a position of a feed, of the live build or another one; null where no build of the machine has that feed. */
export async function findHeldOfFeed(
  registry: Registry,
  named: NamedInstance,
  { feed, position }: FeedPosition,
): Promise<HeldOfFeed | null> {
  return inBuildOf(registry, named, feed, async (db, build) => {
    const last = await newestRow(db, build, sql`f.position <= ${position}`);
    if (last === null) return { block: null };
    if (last.kind === 'connected') return { block: heldOf(last, position - Number(last.position) + 1) };
    const below = await newestRow(
      db,
      build,
      sql`f.kind = 'connected' and f.position < ${last.position} and f.height = ${last.height - 1}`,
    );
    return { block: below === null ? null : heldOf(below, positionsOf(below.operations)) };
  });
}

interface FeedRow {
  readonly position: string;
  readonly kind: 'connected' | 'disconnected';
  readonly height: number;
  readonly hash: string;
  readonly operations: number | null;
  readonly changes_hash: string | null;
}

async function newestRow(db: Db, build: RegisteredBuild, where: ReturnType<typeof sql>): Promise<FeedRow | null> {
  const { rows } = await sql<FeedRow>`
    select f.position, f.kind, f.height, f.hash, f.operations,
      coalesce(f.kept ->> 'changesHash', case when f.verdicts is null then b.changes_hash end) as changes_hash
    from ${nameOf(build, StoredFeed)} f left join ${nameOf(build, Blocks)} b on b.height = f.height
    where ${where} order by f.position desc limit 1`.execute(db);
  return rows[0] ?? null;
}

function heldOf({ height, hash, operations, changes_hash }: FeedRow, read: number): HeldOfFeed['block'] {
  const all = positionsOf(operations);
  return { height, hash, changesHash: changes_hash, entries: Math.min(read, all), isWhole: read >= all };
}

/** Asks the build of a machine that has a feed; null where none has it. */
async function inBuildOf<Answer>(
  registry: Registry,
  { chain, machine }: NamedInstance,
  feed: string,
  ask: (db: Db, build: RegisteredBuild) => Promise<Answer>,
): Promise<Answer | null> {
  const builds = (await registry.builds()).filter(
    (build) => build.chain === chain.name && build.machine === machine.name && build.layout >= FEED_LAYOUT_MIN,
  );
  for (const build of builds.toReversed()) {
    const found = await inSnapshot(registry.db, async (db) => {
      const { rows } = await sql`select from ${nameOf(build, Checkpoints)} c where c.feed = ${feed}`.execute(db);
      return rows.length === 0 ? null : { answer: await ask(db, build) };
    });
    if (found !== null) return found.answer;
  }
  return null;
}
