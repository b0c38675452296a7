import { height as toHeight } from '@virtualchain/bitcoin';
import { anchorHeight, MemoryFold, type Row } from '@virtualchain/machine';
import type { PostgresProjection } from '../advance/postgres-projection.ts';
import { readBlock, readNewestBlock, storedSnapshots } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import { historiesOf, misplacedFrom, readRowsAt } from '../build/collection-history.ts';
import { inSnapshot } from '../build/database/database.ts';
import { NotFound } from '../errors.ts';
import { VERIFIED_BLOCKS_PER_STEP_MAX } from '../limits.ts';
import { BlockChecks, type CheckStart } from './check-block.ts';
import { differingRows, genesisRowHashes } from './row-hashes.ts';
import { checkTrusted, type Disagreement, type Trusted, type Verified } from './verified.ts';
import { readStep } from './verify-read.ts';

/** Which heights are verified, against what, and how. */
export interface VerifyOptions {
  readonly onProgress?: (height: number, to: number) => void;
  /** Fold from this height on, beginning with the rows that are stored for the height below; the first by default. */
  readonly from?: number;
  /** Verify up to this height; the newest by default. */
  readonly to?: number;
  readonly trust?: Trusted;
  /** False: hashes are recomputed from transitions and rows, and the operations are not folded again. */
  readonly refold?: boolean;
}

/**
 * Recomputes every hash of a projection twice: by folding the stored operations again on memory, and from the stored
 * transitions and history rows. Stops at the first height that disagrees, and says all that differs there. One snapshot
 * of the database is read, so a projector may go on meanwhile.
 */
export async function verifyProjection(projection: PostgresProjection, options: VerifyOptions = {}): Promise<Verified> {
  const { build } = projection;
  return inSnapshot(build.db, (db) => verifyIn({ ...build, db }, options));
}

/** The same within a transaction. */
export async function verifyIn(build: Build, options: VerifyOptions): Promise<Verified> {
  const { onProgress, trust = new Map<number, string>(), refold = true } = options;
  const { top, first, to } = await rangeOf(build, options);
  checkTrusted(trust, first, to, (heights) => `${build.schema}: ${heights}`);
  let [blocks, operations] = [0, 0];
  const answer = (disagreements: readonly Disagreement[]): Verified => ({
    from: first,
    to,
    blocks,
    operations,
    disagreements,
  });
  const start = await startAt(build, first - 1);
  const atStart = differingRows(first - 1, start.fold.collectionHashes, start.rowHashes);
  if (atStart.length > 0) return answer(atStart);
  const checks = new BlockChecks(build, start, refold);
  for (let from = first; from <= to; from += VERIFIED_BLOCKS_PER_STEP_MAX) {
    const upTo = Math.min(to, from + VERIFIED_BLOCKS_PER_STEP_MAX - 1);
    const step = await readStep(build, from, upTo);
    for (const block of step.blocks) {
      if (block.height !== first + blocks) return answer([gap(first + blocks, block.height)]);
      const found = await checks.check(block, step, trust.get(block.height));
      blocks++;
      operations += step.operations.get(block.height)?.length ?? 0;
      if (found.length > 0) return answer(found);
    }
    onProgress?.(upTo, to);
  }
  return answer(first + blocks <= to ? [gap(first + blocks, to)] : await misplaced(build, top, to));
}

/** The heights to verify, and that of the newest block. */
async function rangeOf(build: Build, { from, to }: VerifyOptions): Promise<{ top: number; first: number; to: number }> {
  const anchor = anchorHeight(build.machine);
  const top = (await readNewestBlock(build))?.height ?? anchor;
  return { top, first: Math.max(from ?? 0, anchor + 1), to: Math.min(top, to ?? Number.POSITIVE_INFINITY) };
}

/** The state below the first height to verify: the genesis, or what is stored there. */
async function startAt(build: Build, height: number): Promise<CheckStart> {
  const { machine, schema } = build;
  const undo = { undoBlocksMax: 1 };
  if (height === anchorHeight(machine)) {
    const fold = await MemoryFold.open(machine, undo);
    return { fold, rowHashes: await genesisRowHashes(build, fold.collectionHashes) };
  }
  const collectionHashes = (await readBlock(build, height))?.collectionHashes ?? null;
  if (collectionHashes === null)
    throw new NotFound(`${schema} has no folded block at height ${height}, below the first one to verify`);
  const rows: Record<string, readonly Row[]> = {};
  for (const history of historiesOf(build)) rows[history.name] = await readRowsAt(history, height);
  const start = { height: toHeight(height), rows, collectionHashes, snapshots: storedSnapshots(build) };
  return { fold: MemoryFold.openAt(machine, start, undo), rowHashes: collectionHashes };
}

/** Rows whose heights do not fit together: no hash covers them. */
async function misplaced(build: Build, top: number, to: number): Promise<Disagreement[]> {
  const found: Disagreement[] = [];
  for (const history of historiesOf(build)) {
    const height = await misplacedFrom(history, top);
    if (height === null || height > to) continue;
    const what = `rows of ${history.name}`;
    found.push({ height, what, stored: 'heights that do not fit together', computed: 'one row a key' });
  }
  return found.sort((a, b) => a.height - b.height);
}

function gap(expected: number, found: number): Disagreement {
  return { height: expected, what: 'blocks', stored: `next is ${found}`, computed: `block ${expected} is missing` };
}
