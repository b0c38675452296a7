import { isExpectedError } from '@virtualchain/kernel';
import { anchorHeight, MachineFaulted, SnapshotMismatch, SnapshotMissing } from '@virtualchain/machine';
import type { PostgresProjection } from '../advance/postgres-projection.ts';
import { readBlocks, readNewestBlock, type StoredBlock } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import { inSnapshot } from '../build/database/database.ts';
import { historyFloor } from '../build/history-floor.ts';
import { NotFound } from '../errors.ts';
import { type CheckedStep, checkStep, gap } from './check-block.ts';
import { type AuditedLog, LogSearch } from './log-search.ts';
import { differingRows } from './row-hashes.ts';
import { compareAt, type Disagreement } from './verified.ts';
import { misplaced, startBelow } from './verify.ts';

/** How much one step of an audit looks at: at least a block, and no further ones beyond these. */
export interface AuditLimits {
  readonly blocks: number;
  readonly operations: number;
}

/** What one step of an audit looked at. */
export interface Audited {
  /** The newest height that agrees with all below it. */
  readonly height: number;
  /** Of the newest block. */
  readonly top: number;
  readonly blocks: number;
  readonly operations: number;
  /** All of one height, the one above `height`; empty where all agrees. */
  readonly disagreements: readonly Disagreement[];
}

/** An audited step, and the blocks of it that agree. */
type CheckedBlocks = Audited & {
  readonly agreeing: readonly StoredBlock[];
  readonly logs: CheckedStep['logs'];
};

/**
 * One round over a projection while it goes on: each step checks the blocks above those of the step before, in a snapshot of
 * its own, and the records of the log that they came from. A block that another took the place of meanwhile is checked in the
 * next round. The state is never read as a whole.
 */
export class AuditRound implements AsyncDisposable {
  readonly #projection: PostgresProjection;
  readonly #search: LogSearch;
  #height: number;

  constructor(projection: PostgresProjection, source: AuditedLog) {
    this.#projection = projection;
    this.#search = new LogSearch(source);
    this.#height = anchorHeight(projection.machine);
  }

  /**
   * Checks the next blocks. Null when the round is over: nothing is above, and the heights of all rows fit together. A step that
   * found something, or threw, is done again by the next call.
   *
   * @throws ExpectedError when the database or the log cannot be asked.
   */
  async step(limits: AuditLimits): Promise<Audited | null> {
    const { build } = this.#projection;
    const below = this.#height;
    const found = await inSnapshot(build.db, async (db) => {
      const inside = { ...build, db };
      return stepIn(inside, Math.max(below, (await historyFloor(inside)) ?? below), limits);
    });
    if (found === null) return null;
    const { agreeing, logs, ...audited } = found;
    for (const block of agreeing) {
      const disagreements = await this.#disagreementsOfLog(block, logs.get(block.height));
      if (disagreements.length > 0) return { ...audited, height: this.#height, disagreements };
      this.#height = block.height;
    }
    return audited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#search.close();
  }

  /** `foldedFrom` is the log of the records that are stored. What another log says has other digests: the sequences differ. */
  async #disagreementsOfLog(block: StoredBlock, foldedFrom: string | undefined): Promise<readonly Disagreement[]> {
    const { height, hash } = block;
    try {
      const found = await this.#search.find(block);
      if (found === null) return compareAt(height, [['block of the log', hash, 'not in the log']]);
      const { event } = found;
      return compareAt(height, [
        ['height of the log', String(height), String(event.height)],
        ['previous block of the log', block.previousHash, event.previousHash],
        ['time of the log', String(block.time), String(event.time)],
        ['operations of the log (count)', String(block.operationCount), String(event.operationCount)],
        ...(foldedFrom === event.log ? [['digest of the log', block.digest, event.digest] as const] : []),
      ]);
    } catch (error) {
      if (!isExpectedError(error) || error.remedy === 'retry') throw error;
      return compareAt(height, [['records of the log', 'folded', `${error.code}: ${error.message}`]]);
    }
  }
}

async function stepIn(build: Build, below: number, limits: AuditLimits): Promise<CheckedBlocks | null> {
  const top = (await readNewestBlock(build, { isFolded: true }))?.height ?? below;
  const blocks = atMost(await readBlocks(build, below + 1, below + limits.blocks), limits.operations);
  if (blocks.length === 0 && top > below)
    return { height: below, top, blocks: 0, operations: 0, disagreements: [gap(below + 1, top)], ...NONE };
  if (blocks.length === 0) {
    const disagreements = await misplaced(build, top, top);
    const height = (disagreements[0]?.height ?? top + 1) - 1;
    return disagreements.length === 0 ? null : { height, top, blocks: 0, operations: 0, disagreements, ...NONE };
  }
  try {
    return { ...(await checkBlocks(build, below, blocks)), top };
  } catch (error) {
    if (!isOfContent(error)) throw error;
  }
  // Which block it is, is found out one by one.
  let [checked, operations] = [0, 0];
  const logs = new Map<number, string>();
  for (const block of blocks) {
    const one = await checkBlocks(build, block.height - 1, [block]).catch((error: unknown) => broken(block, error));
    checked += one.blocks;
    operations += one.operations;
    for (const [height, log] of one.logs) logs.set(height, log);
    if (one.disagreements.length > 0)
      return { ...one, top, blocks: checked, operations, agreeing: blocks.slice(0, checked - 1), logs };
  }
  throw new RangeError(`heights ${below + 1} to ${below + blocks.length} agree one by one, and not together`);
}

const NONE = { agreeing: [], logs: new Map<number, string>() };

async function checkBlocks(
  build: Build,
  below: number,
  blocks: readonly StoredBlock[],
): Promise<Omit<CheckedBlocks, 'top'>> {
  const start = await startBelow(build, below + 1);
  const atStart = differingRows(below, start.folded, start.ofRows);
  if (atStart.length > 0) return { height: below - 1, blocks: 0, operations: 0, disagreements: atStart, ...NONE };
  const to = blocks.at(-1)?.height ?? below;
  const { disagreements, operations, ...checked } = await checkStep(build, start, { to });
  const height = disagreements[0] === undefined ? to : disagreements[0].height - 1;
  return {
    height,
    blocks: checked.blocks,
    operations,
    disagreements,
    agreeing: blocks.filter((block) => block.height <= height),
    logs: checked.logs,
  };
}

/** The first blocks, with no more operations than fit; the first one in any case. */
function atMost(blocks: readonly StoredBlock[], operationsMax: number): readonly StoredBlock[] {
  let operations = 0;
  return blocks.filter(({ operationCount }, i) => {
    operations += operationCount;
    return i === 0 || operations <= operationsMax;
  });
}

/** Whether what is stored makes no sense, which another try does not change. */
function isOfContent(error: unknown): boolean {
  if (isExpectedError(error))
    return [MachineFaulted, SnapshotMissing, SnapshotMismatch, NotFound].some((kind) => error instanceof kind);
  return error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
}

/** @throws what is not of the content */
function broken({ height }: StoredBlock, error: unknown): Omit<CheckedBlocks, 'top'> {
  if (!isOfContent(error)) throw error;
  const computed = error instanceof Error ? error.message : String(error);
  const disagreements = [{ height, what: 'what is stored', stored: 'cannot be read, or not be folded', computed }];
  return { height: height - 1, blocks: 1, operations: 0, disagreements, ...NONE };
}
