import { sql } from 'kysely';
import { nameOf } from '../../build/build.ts';
import { StoredFeed } from '../../build/feed/feed.ts';
import type { MachineInstance } from '../../registry/registered-build.ts';
import type { Registry } from '../../registry/registry.ts';
import { inLiveBuild } from '../live-build.ts';

/** Blocks that were taken back one behind the other, with nothing that came between. */
export interface Reorganisation {
  /** In the feed, of the first block that went: the highest. */
  readonly position: number;
  /** How many went. */
  readonly depth: number;
  readonly highest: { readonly height: number; readonly hash: string };
  readonly lowest: { readonly height: number; readonly hash: string };
}

/** Which reorganisations are wanted, the last one first. */
export interface ReorganisationPage {
  /** Only those before this position of the feed. */
  readonly before?: number;
  readonly limit: number;
}

interface Found {
  readonly position: string;
  readonly heights: readonly number[];
  readonly hashes: readonly string[];
}

/**
 * The reorganisations that the live build of a machine went through, the last one first.
 *
 * @throws NoLiveBuild, VersionDiffers, ParametersDiffer, LayoutDiffers, DatabaseUnavailable.
 */
export function readReorganisations(
  registry: Registry,
  instance: MachineInstance,
  { before, limit }: ReorganisationPage,
): Promise<readonly Reorganisation[]> {
  return inLiveBuild(registry, instance, [StoredFeed], async (build) => {
    const earlier = before === undefined ? sql`` : sql`and position < ${before}`;
    // Positions that follow each other have the same distance to their number.
    const { rows } = await sql<Found>`
      select min(position) as position, array_agg(height order by position) as heights,
        array_agg(hash order by position) as hashes
      from (select position, height, hash, position - row_number() over (order by position) as run
        from ${nameOf(build, StoredFeed)} where kind = 'disconnected' ${earlier}) went
      group by run order by run desc limit ${limit}`.execute(build.db);
    return rows.map(reorganisationOf);
  });
}

function reorganisationOf({ position, heights, hashes }: Found): Reorganisation {
  const block = (at: number) => ({ height: heights.at(at) as number, hash: hashes.at(at) as string });
  return { position: Number(position), depth: heights.length, highest: block(0), lowest: block(-1) };
}
