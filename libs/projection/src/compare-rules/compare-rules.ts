import { anchorHeight, type FoldInput, foldGenesis, MemoryState } from '@virtualchain/machine';
import type { ConnectedBlock, Cursor, OperationLog } from '@virtualchain/operation-log';
import type { PostgresProjection } from '../advance/postgres-projection.ts';
import { upToStop } from '../advance/runs.ts';
import { readMark } from '../build/block-places.ts';
import { readBlock, readBlocks, readLowestHeight, readNewestBlock, type StoredBlock } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import { inSnapshot, orDatabaseError } from '../build/database/database.ts';
import { historyFloor } from '../build/history-floor.ts';
import { readOperations } from '../build/operations.ts';
import type { StoredOperation } from '../build/stored.ts';
import { BlockNotOnBranch, ForeignLog, HeightOutOfRange, NoLiveBuild, RulesNotComparable } from '../errors.ts';
import { VERIFIED_BLOCKS_PER_STEP_MAX } from '../limits.ts';
import { openBuild } from '../registry/open-build.ts';
import type { MachineInstance, RegisteredBuild } from '../registry/registered-build.ts';
import type { Registry } from '../registry/registry.ts';
import type { VerdictChange, VerdictChangeCount } from '../verify/compare-verdicts.ts';
import { type CandidateFold, foldFromGenesis, foldFromStored } from './candidate-fold.ts';
import { Differences, type DifferingBlock, type DifferingRow } from './differences.ts';
import { reshapedCollections } from './shapes.ts';

/** Which rules are tried, beside the live build of which database, on which topic. */
export interface CompareRulesOptions {
  readonly registry: Registry;
  /** The machine with the new rules, on the chain of the live build. */
  readonly instance: MachineInstance;
  readonly log: OperationLog;
  readonly topic: string;
  /** Fold from this height on, onto the rows that the live build has of the height below; from the first block by default. */
  readonly from?: number;
  /** `to` is the newest block of the live build when the comparison began. */
  readonly onProgress?: (height: number, to: number, operations: number) => void;
}

/** What other rules would make of the log, held to what the live build made of it. */
export interface RulesCompared {
  /** The schema of the live build, and its version. */
  readonly schema: string;
  readonly liveVersion: number;
  readonly version: number;
  /** Folded and compared: `to` is `from − 1` where there was none. */
  readonly from: number;
  readonly to: number;
  readonly blocks: number;
  readonly operations: number;
  /** True: the fold began with rows of the live build. What the new rules would have changed below is not seen then. */
  readonly startedFromLive: boolean;
  /** From which height the new version says that it differs; null where it says nothing, or has the live build's version. */
  readonly declaredFrom: number | null;
  /** Collections of another shape, whose rows were not compared. */
  readonly leftOut: readonly string[];
  /** False where the two begin at different heights: no hash and no row is the same then, and verdicts alone are compared. */
  readonly comparesHashes: boolean;
  readonly firstBlock: DifferingBlock | null;
  /** The first whose verdict, or its code, is another one. */
  readonly firstOperation: VerdictChange | null;
  readonly firstRow: DifferingRow | null;
  /** Operations whose verdict, or its code, is another one. */
  readonly changed: number;
  readonly counts: readonly VerdictChangeCount[];
  /** The first difference is where the new version declares one, or above. */
  readonly isDeclared: boolean;
}

/**
 * Folds the log by other rules than the live build was made with, and compares block by block what they say. Serves and
 * writes nothing. From the first block the state is in memory; from a height on there is what blocks since then wrote.
 * Reorganisations are no matter: what the live build took back is passed over.
 *
 * @throws NoLiveBuild; RulesNotComparable, HeightOutOfRange where it cannot begin; ForeignLog; BlockNotOnBranch where the live
 * build took back the block it began on; MachineFaulted and all that the log throws.
 */
export async function compareRules(options: CompareRulesOptions): Promise<RulesCompared> {
  const { registry, instance } = options;
  const { machine, chain } = instance;
  const found = await registry.live(chain.name, machine.name);
  if (found === null) throw new NoLiveBuild(chain.name, machine.name);
  await using live = await openBuild(registry.postgresUrl, instance, found.schema, found.layout);
  return await new Comparison(live, found, options).run();
}

/** Where the comparison begins. */
interface Start {
  readonly fold: CandidateFold;
  readonly cursor: Cursor | null;
  /** The stored block whose rows are folded on; null from the first block. */
  readonly block: StoredBlock | null;
}

class Comparison {
  readonly #live: PostgresProjection;
  readonly #registered: RegisteredBuild;
  readonly #options: CompareRulesOptions;
  #blocks = 0;
  #operations = 0;
  /** The newest block that was folded. */
  #last: string | null = null;

  constructor(live: PostgresProjection, registered: RegisteredBuild, options: CompareRulesOptions) {
    this.#live = live;
    this.#registered = registered;
    this.#options = options;
  }

  get #build(): Build {
    return this.#live.build;
  }

  async run(): Promise<RulesCompared> {
    const { log, topic, instance } = this.#options;
    const { machine } = instance;
    const leftOut = await reshapedCollections(this.#build);
    const [lowest, top] = await orDatabaseError(() => this.#heights());
    const start = await this.#start(leftOut, lowest, top);
    const first = start.fold.height + 1;
    const from = Math.max(first, lowest);
    const comparesHashes = start.block !== null || first === lowest;
    const names = Object.keys(machine.collections).filter((name) => comparesHashes && !leftOut.includes(name));
    const differences = new Differences(this.#build, names, comparesHashes);
    if (start.block === null && comparesHashes) await this.#addGenesis(differences, from - 1);
    for await (const { changes } of log.read(topic, { after: start.cursor, untilEnd: true })) {
      const connected = upToStop(machine, changes).filter((change) => change.kind === 'connected');
      for (let i = 0; i < connected.length; i += VERIFIED_BLOCKS_PER_STEP_MAX) {
        await this.#step(start, connected.slice(i, i + VERIFIED_BLOCKS_PER_STEP_MAX), differences);
        this.#options.onProgress?.(start.fold.height, Math.max(top, start.fold.height), this.#operations);
      }
    }
    return this.#answer(start, from, differences, { leftOut, comparesHashes });
  }

  /** The first and the newest height that the live build has folded. */
  async #heights(): Promise<readonly [number, number]> {
    const lowest = await readLowestHeight(this.#build, { isFolded: true });
    const newest = await readNewestBlock(this.#build, { isFolded: true });
    const { machine } = this.#options.instance;
    if (lowest === null || newest === null)
      throw new RulesNotComparable(
        `${this.#live.schema}: ${machine.name} has folded no block yet; wait for its projector`,
      );
    return [lowest, newest.height];
  }

  /** @throws RulesNotComparable, HeightOutOfRange, ForeignLog */
  async #start(leftOut: readonly string[], lowest: number, top: number): Promise<Start> {
    const { from, log, topic, instance } = this.#options;
    const { machine } = instance;
    const { cursor } = await this.#live.checkpoint();
    const identity = await log.identity(topic);
    if (cursor !== null && identity !== null && identity.log !== cursor.log)
      throw new ForeignLog(this.#live.schema, cursor.log, identity.log);
    if (from === undefined || from === lowest)
      return { fold: await foldFromGenesis(machine), cursor: null, block: null };
    const floor = await orDatabaseError(() => historyFloor(this.#build));
    if (floor !== null && from <= floor) throw new HeightOutOfRange(machine.name, from, floor + 1, top);
    if (from < lowest || from > top) throw new HeightOutOfRange(machine.name, from, lowest, top);
    if (leftOut.length > 0) {
      throw new RulesNotComparable(
        `--from ${from}: the live build has ${leftOut.join(', ')} in another shape than version ${machine.version}, so that nothing can go on from its rows; leave --from out`,
      );
    }
    if (anchorHeight(machine) >= from) {
      throw new RulesNotComparable(
        `--from ${from}: version ${machine.version} begins to fold at ${anchorHeight(machine) + 1}; give that height, or a higher one`,
      );
    }
    return orDatabaseError(async () => {
      const block = await readBlock(this.#build, from - 1);
      const mark = cursor && (await readMark(this.#build, cursor.log, from - 1));
      if (block?.collectionHashes == null || mark == null) throw new HeightOutOfRange(machine.name, from, lowest, top);
      const { height, collectionHashes } = block;
      this.#last = block.hash;
      return { fold: foldFromStored(this.#build, { height, collectionHashes }), cursor: mark.cursor, block };
    });
  }

  async #addGenesis(differences: Differences, height: number): Promise<void> {
    const { machine } = this.#options.instance;
    const { changes } = await foldGenesis(machine, new MemoryState(machine.collections));
    const first = await orDatabaseError(() => readBlock(this.#build, height + 1));
    if (first === null) return;
    await orDatabaseError(() => differences.addGenesis(height, first.previousHash, changes));
  }

  /** Folds those of neighbouring blocks that are on the branch of the live build, and compares them. */
  async #step(start: Start, connected: readonly ConnectedBlock[], differences: Differences): Promise<void> {
    const { fold } = start;
    const wanted = connected.filter(({ event }) => event.height > fold.height);
    const heights = wanted.map(({ event }) => event.height);
    if (heights.length === 0) return;
    const live = await this.#readLive(start, Math.min(...heights), Math.max(...heights));
    const blocks = this.#following(wanted, live.blocks, fold.height);
    const inputs = blocks.map(({ event, operations }): FoldInput => ({ ...event, operations }));
    await fold.readAhead(inputs);
    for (const input of inputs) {
      const folded = await fold.connect(input);
      const stored = live.blocks.get(input.height) as StoredBlock;
      this.#last = input.hash;
      if (stored.consensusHash === null) continue; // the live build begins above it
      const operations = live.operations.get(input.height) ?? [];
      await orDatabaseError(() => differences.add(stored, operations, folded));
      this.#blocks += 1;
      this.#operations += input.operations.length;
    }
  }

  /** The blocks that come next on the branch of the live build. */
  #following(
    connected: readonly ConnectedBlock[],
    live: ReadonlyMap<number, StoredBlock>,
    height: number,
  ): readonly ConnectedBlock[] {
    let [next, last] = [height + 1, this.#last];
    return connected.filter(({ event }) => {
      const isNext = event.height === next && (last === null || event.previousHash === last);
      if (!isNext || live.get(event.height)?.hash !== event.hash) return false;
      [next, last] = [next + 1, event.hash];
      return true;
    });
  }

  async #readLive(start: Start, from: number, to: number): Promise<LiveBlocks> {
    return await inSnapshot(this.#build.db, async (db) => {
      const build = { ...this.#build, db };
      if (start.block !== null) {
        const now = await readBlock(build, start.block.height);
        if (now?.hash !== start.block.hash) throw new BlockNotOnBranch(build.machine.name, start.block.hash);
      }
      const blocks = await readBlocks(build, from, to);
      const operations = await readOperations(build, from, to);
      return {
        blocks: new Map(blocks.map((block) => [block.height, block])),
        operations: Map.groupBy(operations, ({ height }) => height),
      };
    });
  }

  #answer(
    start: Start,
    from: number,
    { counts, firstBlock, firstOperation, firstRow }: Differences,
    compared: Pick<RulesCompared, 'leftOut' | 'comparesHashes'>,
  ): RulesCompared {
    const { version, differsFrom } = this.#options.instance.machine;
    const declaredFrom = version > this.#registered.version ? (differsFrom ?? null) : null;
    return {
      schema: this.#live.schema,
      liveVersion: this.#registered.version,
      version,
      from,
      to: from + this.#blocks - 1,
      blocks: this.#blocks,
      operations: this.#operations,
      startedFromLive: start.block !== null,
      declaredFrom,
      ...compared,
      firstBlock,
      firstOperation,
      firstRow,
      changed: counts.reduce((sum, { operations }) => sum + operations, 0),
      counts,
      isDeclared: firstBlock === null || (declaredFrom !== null && firstBlock.height >= declaredFrom),
    };
  }
}

/** What the live build has of some heights. */
interface LiveBlocks {
  readonly blocks: ReadonlyMap<number, StoredBlock>;
  readonly operations: ReadonlyMap<number, readonly StoredOperation[]>;
}
