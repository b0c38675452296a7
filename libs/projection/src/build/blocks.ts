import type { BlockHash, Height } from '@virtualchain/bitcoin';
import type { CollectionHashes, ConsensusHash, FoldedBlock, OpsHash, SnapshotSource } from '@virtualchain/machine';
import { sql } from 'kysely';
import type { VerdictCounts } from '../port.ts';
import { type BuildTables, on } from './build.ts';
import { writesOf } from './bulk/bulk-insert.ts';
import type { Write } from './bulk/write.ts';
import type { WrittenBlock } from './stored.ts';
import { column, defineTable, index, type RowOf } from './table.ts';

/** The blocks of the current branch: hashes, counts, and where the log has each. */
export const Blocks = defineTable(
  'blocks',
  {
    height: column.integer().primary(),
    hash: column.text().as<BlockHash>(),
    previous_hash: column.text().as<BlockHash>(),
    header: column.bytes(),
    time: column.bigint(),
    ops_hash: column.text().as<OpsHash>().nullable(),
    consensus_hash: column.text().as<ConsensusHash>().nullable(),
    changes_hash: column.text().nullable(),
    collection_hashes: column.json<CollectionHashes>().nullable(),
    operation_count: column.integer(),
    accepted: column.integer(),
    rejected: column.integer(),
    ignored: column.integer(),
    transition_count: column.integer(),
    digest: column.text(),
    epoch: column.integer(),
    writer: column.text(),
    first_sequence: column.bigint(),
    last_sequence: column.bigint(),
    first_offset: column.bigint(),
    last_offset: column.bigint(),
  },
  [index('blocks', 'hash'), index('blocks', 'consensus_hash'), index('blocks', 'last_sequence')],
);

/** The hashes that seal a block; null below the machine's first block. */
export interface StoredHashes {
  readonly height: number;
  readonly hash: BlockHash;
  readonly opsHash: OpsHash | null;
  readonly consensusHash: ConsensusHash | null;
  readonly changesHash: string | null;
}

/** A block as a build keeps it. */
export interface StoredBlock extends StoredHashes {
  readonly height: Height;
  readonly previousHash: BlockHash;
  /** As its header says, in seconds. */
  readonly time: number;
  readonly collectionHashes: CollectionHashes | null;
  readonly operationCount: number;
  readonly verdicts: VerdictCounts;
  /** Of its operations, as the log that they were folded from had it. */
  readonly digest: string;
  /** Of the record that connects it. */
  readonly sequence: number;
}

export function countVerdicts(blocks: readonly FoldedBlock[]): VerdictCounts {
  const counts = { accepted: 0, rejected: 0, ignored: 0 };
  for (const { outcomes } of blocks) for (const { verdict } of outcomes) counts[verdict.kind] += 1;
  return counts;
}

export function blockWrites(build: BuildTables, blocks: readonly WrittenBlock[]): Write[] {
  return writesOf(build, Blocks, blocks.map(rowOf));
}

function rowOf({ change, folded }: WrittenBlock): RowOf<typeof Blocks> {
  const { event, operations, offset, cursor } = change;
  return {
    height: event.height,
    hash: event.hash,
    previous_hash: event.previousHash,
    header: Buffer.from(event.header, 'hex'),
    time: String(event.time),
    ops_hash: folded?.opsHash ?? null,
    consensus_hash: folded?.consensusHash ?? null,
    changes_hash: folded?.changesHash ?? null,
    collection_hashes: folded?.collectionHashes ?? null,
    operation_count: operations.length,
    ...(folded?.verdicts ?? countVerdicts([])),
    transition_count: folded?.transitions.length ?? 0,
    digest: event.digest,
    epoch: cursor.epoch,
    writer: cursor.writer,
    first_sequence: String(event.sequence),
    last_sequence: String(cursor.sequence),
    first_offset: String(offset),
    last_offset: String(cursor.offset),
  };
}

export async function rollBackBlocks(build: BuildTables, height: number): Promise<void> {
  await on(build, Blocks).deleteFrom('blocks').where('height', '>', height).execute();
}

const HASHES = ['height', 'hash', 'ops_hash', 'consensus_hash', 'changes_hash'] as const;

/** Raw headers from one height to another, lowest first. */
export async function readHeaders(build: BuildTables, from: number, to: number): Promise<readonly Uint8Array[]> {
  const rows = await on(build, Blocks)
    .selectFrom('blocks')
    .select('header')
    .where('height', '>=', from)
    .where('height', '<=', to)
    .orderBy('height')
    .execute();
  return rows.map(({ header }) => new Uint8Array(header));
}

/** Blocks from one height to another, lowest first. */
export async function readBlocks(build: BuildTables, from: number, to: number): Promise<readonly StoredBlock[]> {
  const rows = await on(build, Blocks)
    .selectFrom('blocks')
    .selectAll()
    .where('height', '>=', from)
    .where('height', '<=', to)
    .orderBy('height')
    .execute();
  return rows.map(storedBlock);
}

export async function readBlock(build: BuildTables, height: number): Promise<StoredBlock | null> {
  return (await readBlocks(build, height, height))[0] ?? null;
}

/** The newest block, or the newest that the machine has folded; of those up to a height, where one is given. */
export async function readNewestBlock(
  build: BuildTables,
  which: { readonly isFolded?: boolean; readonly upTo?: number } = {},
): Promise<StoredBlock | null> {
  let query = on(build, Blocks).selectFrom('blocks').selectAll().orderBy('height', 'desc').limit(1);
  if (which.isFolded === true) query = query.where('consensus_hash', 'is not', null);
  if (which.upTo !== undefined) query = query.where('height', '<=', which.upTo);
  const row = await query.executeTakeFirst();
  return row === undefined ? null : storedBlock(row);
}

/** The height of a block that the machine has folded, up to a height; null where there is none of that hash. */
export async function heightOfBlock(build: BuildTables, hash: string, upTo: number): Promise<Height | null> {
  const row = await on(build, Blocks)
    .selectFrom('blocks')
    .select('height')
    .where('hash', '=', hash as BlockHash)
    .where('height', '<=', upTo)
    .where('consensus_hash', 'is not', null)
    .executeTakeFirst();
  return row === undefined ? null : (row.height as Height);
}

/** Blocks that the machine has folded, newest first, up to a height. */
export async function readNewestBlocks(
  build: BuildTables,
  upTo: number,
  limit: number,
): Promise<readonly StoredBlock[]> {
  const rows = await on(build, Blocks)
    .selectFrom('blocks')
    .selectAll()
    .where('height', '<=', upTo)
    .where('consensus_hash', 'is not', null)
    .orderBy('height', 'desc')
    .limit(limit)
    .execute();
  return rows.map(storedBlock);
}

/** The hashes of the blocks at these heights, in no order. */
export async function readHashesAt(build: BuildTables, heights: readonly number[]): Promise<readonly StoredHashes[]> {
  if (heights.length === 0) return [];
  const rows = await on(build, Blocks)
    .selectFrom('blocks')
    .select(HASHES)
    .where(sql<boolean>`height = any(${heights}::integer[])`)
    .execute();
  return rows.map(storedHashes);
}

function storedBlock(row: RowOf<typeof Blocks>): StoredBlock {
  return {
    ...storedHashes(row),
    previousHash: row.previous_hash,
    time: Number(row.time),
    collectionHashes: row.collection_hashes,
    operationCount: row.operation_count,
    verdicts: { accepted: row.accepted, rejected: row.rejected, ignored: row.ignored },
    digest: row.digest,
    sequence: Number(row.first_sequence),
  };
}

/** The hashes of every block, lowest first. */
export async function readAllHashes(build: BuildTables): Promise<readonly StoredHashes[]> {
  const rows = await on(build, Blocks).selectFrom('blocks').select(HASHES).orderBy('height').execute();
  return rows.map(storedHashes);
}

function storedHashes(row: Pick<RowOf<typeof Blocks>, (typeof HASHES)[number]>) {
  return {
    height: row.height as Height,
    hash: row.hash,
    opsHash: row.ops_hash,
    consensusHash: row.consensus_hash,
    changesHash: row.changes_hash,
  };
}

/** How the operations of all blocks ended. */
export async function readVerdictTotals(build: BuildTables): Promise<VerdictCounts> {
  const total = await on(build, Blocks)
    .selectFrom('blocks')
    .select(({ fn }) => [
      fn.sum('accepted').as('accepted'),
      fn.sum('rejected').as('rejected'),
      fn.sum('ignored').as('ignored'),
    ])
    .executeTakeFirst();
  return {
    accepted: Number(total?.accepted ?? 0),
    rejected: Number(total?.rejected ?? 0),
    ignored: Number(total?.ignored ?? 0),
  };
}

/** The height of the lowest block, or of the lowest that the machine has folded; null where there is none. */
export async function readLowestHeight(
  build: BuildTables,
  which: { readonly isFolded?: boolean } = {},
): Promise<number | null> {
  let query = on(build, Blocks).selectFrom('blocks').select('height').orderBy('height').limit(1);
  if (which.isFolded === true) query = query.where('consensus_hash', 'is not', null);
  return (await query.executeTakeFirst())?.height ?? null;
}

/** The consensus hashes of a build, for folds and questions that look back on them. There are none up to `anchor`. */
export function storedSnapshots(build: BuildTables, anchor = -1): SnapshotSource {
  return {
    at: async (asked) => {
      const heights = asked.filter((height) => height > anchor);
      if (heights.length === 0) return new Map();
      const rows = await on(build, Blocks)
        .selectFrom('blocks')
        .select(['height', 'consensus_hash'])
        .where(sql<boolean>`height = any(${heights}::integer[])`)
        .where('consensus_hash', 'is not', null)
        .execute();
      return new Map(rows.map((row) => [row.height as Height, row.consensus_hash as ConsensusHash]));
    },
    heightOf: async (hash) => {
      const row = await on(build, Blocks)
        .selectFrom('blocks')
        .select('height')
        .where('consensus_hash', '=', hash as ConsensusHash)
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : (row.height as Height);
    },
  };
}
