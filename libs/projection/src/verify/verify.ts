import { anchorHeight, foldGenesis, MemoryState } from '@virtualchain/machine';
import type { PostgresProjection } from '../advance/postgres-projection.ts';
import { readBlock, readNewestBlock } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import { historiesOf, misplacedFrom } from '../build/collection-history.ts';
import { inSnapshot } from '../build/database/database.ts';
import { historyFloor } from '../build/history-floor.ts';
import { HeightOutOfRange, NotFound } from '../errors.ts';
import { VERIFIED_BLOCKS_PER_STEP_MAX } from '../limits.ts';
import { type CheckStart, checkStep } from './check-block.ts';
import { differingRows, genesisRowHashes } from './row-hashes.ts';
import { checkTrusted, type Disagreement, type Trusted, type Verified } from './verified.ts';

/** Which heights are verified, against what, and how. */
export interface VerifyOptions {
  readonly onProgress?: (height: number, to: number) => void;
  /** Fold from this height on, onto the rows that are stored for the height below; the first by default. */
  readonly from?: number;
  /** Verify up to this height; the newest by default. */
  readonly to?: number;
  readonly trust?: Trusted;
  /** False: hashes are recomputed from transitions and rows, and the operations are not folded again. */
  readonly refold?: boolean;
}

/**
 * Recomputes every hash of a projection twice: by folding the stored operations again onto the rows below them, which were
 * verified before, and from the stored transitions and history rows. Stops at the first height that disagrees, and says all that differs there. One snapshot
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
  let start = await startBelow(build, first);
  const atStart = differingRows(first - 1, start.folded, start.ofRows);
  if (atStart.length > 0) return answer(atStart);
  while (start.height < to) {
    const upTo = Math.min(to, start.height + VERIFIED_BLOCKS_PER_STEP_MAX);
    const checked = await checkStep(build, start, { to: upTo, trust, refold });
    blocks += checked.blocks;
    operations += checked.operations;
    if (checked.disagreements.length > 0) return answer(checked.disagreements);
    start = checked.end;
    onProgress?.(upTo, to);
  }
  return answer(await misplaced(build, top, to));
}

/** The heights to verify, and that of the newest block. */
async function rangeOf(build: Build, { from, to }: VerifyOptions): Promise<{ top: number; first: number; to: number }> {
  const anchor = anchorHeight(build.machine);
  const top = (await readNewestBlock(build))?.height ?? anchor;
  const lowest = Math.max(anchor, (await historyFloor(build)) ?? anchor) + 1;
  if (from !== undefined && from > anchor && from < lowest)
    throw new HeightOutOfRange(build.machine.name, from, lowest, top);
  return { top, first: Math.max(from ?? 0, lowest), to: Math.min(top, to ?? Number.POSITIVE_INFINITY) };
}

/** The state below a height: the genesis, or what is stored there. @throws NotFound */
export async function startBelow(build: Build, first: number): Promise<CheckStart> {
  const { machine, schema } = build;
  const height = first - 1;
  if (height === anchorHeight(machine)) {
    const { hashes } = await foldGenesis(machine, new MemoryState(machine.collections));
    return { height, folded: hashes, ofRows: await genesisRowHashes(build, hashes) };
  }
  const stored = (await readBlock(build, height))?.collectionHashes ?? null;
  if (stored === null)
    throw new NotFound(`${schema} has no folded block at height ${height}, below the first one to verify`);
  return { height, folded: stored, ofRows: stored };
}

/** Rows whose heights do not fit together: no hash covers them. */
export async function misplaced(build: Build, top: number, to: number): Promise<Disagreement[]> {
  const found: Disagreement[] = [];
  for (const history of historiesOf(build)) {
    const height = await misplacedFrom(history, top);
    if (height === null || height > to) continue;
    const what = `rows of ${history.name}`;
    found.push({ height, what, stored: 'heights that do not fit together', computed: 'one row a key' });
  }
  return found.sort((a, b) => a.height - b.height);
}
