import type { CollectionHashes } from '@virtualchain/machine';
import { sql } from 'kysely';
import { Blocks } from './blocks.ts';
import { type BuildTables, nameOf } from './build.ts';

/** A height at which two builds have other blocks, consensus hashes, or rows. */
export interface BlockDifference {
  readonly height: number;
  readonly isOtherBlock: boolean;
  readonly isOtherConsensusHash: boolean;
  readonly collectionHashes: CollectionHashes | null;
  readonly otherCollectionHashes: CollectionHashes | null;
}

/**
 * The lowest height from `from` to `to` at which two builds of one database have other blocks, consensus hashes, or rows
 * of these collections.
 */
export async function firstDifference(
  one: BuildTables,
  other: BuildTables,
  [from, to]: readonly [number, number],
  collections: readonly string[],
): Promise<BlockDifference | null> {
  const otherRows = collections.map(
    (name) => sql`or b.collection_hashes ->> ${name} is distinct from a.collection_hashes ->> ${name}`,
  );
  const { rows } = await sql<BlockDifference>`select a.height, b.hash is distinct from a.hash as "isOtherBlock",
      b.consensus_hash is distinct from a.consensus_hash as "isOtherConsensusHash",
      a.collection_hashes as "collectionHashes", b.collection_hashes as "otherCollectionHashes"
    from ${nameOf(one, Blocks)} a left join ${nameOf(other, Blocks)} b on b.height = a.height
    where a.height between ${from} and ${to} and (b.hash is distinct from a.hash
      or b.consensus_hash is distinct from a.consensus_hash ${sql.join(otherRows, sql` `)})
    order by a.height limit 1`.execute(one.db);
  return rows[0] ?? null;
}
