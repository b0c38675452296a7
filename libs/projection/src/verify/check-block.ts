import {
  type CollectionHashes,
  changesHash,
  consensusHashOf,
  type FoldedBlock,
  opsHash,
  SnapshotView,
} from '@virtualchain/machine';
import { decodeEvent, type OperationEvent, operationsDigest } from '@virtualchain/protocol';
import { type StoredBlock, storedSnapshots } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import type { BlockRecords, StoredOperation } from '../build/stored.ts';
import { compareDerived } from './derived.ts';
import { differingRows, nextRowHashes } from './row-hashes.ts';
import { StoredFold } from './stored-fold.ts';
import { compareAt, compareTrusted, type Disagreement, type Trusted } from './verified.ts';
import { readStep, type Step } from './verify-read.ts';

/** The state below the first block that is checked. */
export interface CheckStart {
  readonly height: number;
  /** C(height) of every collection, as the fold made them. */
  readonly folded: CollectionHashes;
  /** That the stored rows make. */
  readonly ofRows: CollectionHashes;
}

export interface CheckOptions {
  readonly to: number;
  readonly trust?: Trusted;
  /** False: hashes are recomputed from transitions and rows, and the operations are not folded again. */
  readonly refold?: boolean;
}

/** Neighbouring blocks that were checked: up to the first that disagrees, where one does. */
export interface CheckedStep {
  readonly end: CheckStart;
  readonly blocks: number;
  readonly operations: number;
  readonly disagreements: readonly Disagreement[];
  /** By height the id of the log that the records of its operations are from; that of a block without any is not known. */
  readonly logs: ReadonlyMap<number, string>;
}

/**
 * Checks the blocks above a start: what the operations, the transitions and the rows of each make is its hashes, and what
 * else is kept of it is what the fold says. `build` is within one snapshot.
 */
export async function checkStep(build: Build, start: CheckStart, options: CheckOptions): Promise<CheckedStep> {
  const { to, refold = true } = options;
  const step = await readStep(build, start.height + 1, to, refold);
  const checks = new BlockChecks(build, start, step);
  if (refold) await checks.foldAgain();
  let [blocks, operations] = [0, 0];
  const answer = (disagreements: readonly Disagreement[]): CheckedStep => ({
    end: checks.end,
    blocks,
    operations,
    disagreements,
    logs: checks.logs(),
  });
  for (const block of step.blocks) {
    const expected = start.height + 1 + blocks;
    if (block.height !== expected) return answer([gap(expected, block.height)]);
    const found = await checks.check(block, options.trust?.get(block.height));
    blocks++;
    operations += step.operations.get(block.height)?.length ?? 0;
    if (found.length > 0) return answer(found);
  }
  return answer(start.height + blocks < to ? [gap(start.height + 1 + blocks, to)] : []);
}

/** What is stored of a block, as events; and what stands beside one and is not what it says. */
interface Decoded {
  readonly events: readonly OperationEvent[];
  readonly unreadable: readonly Disagreement[];
}

/** Checks the blocks of a step, one after the other. */
class BlockChecks {
  readonly #build: Build;
  readonly #step: Step;
  readonly #seals: SnapshotView;
  readonly #decoded: ReadonlyMap<number, Decoded>;
  #fold: StoredFold | null = null;
  #end: CheckStart;

  /** Where nothing is folded again, the consensus hash is computed from the ops hash and the hashes below. */
  constructor(build: Build, start: CheckStart, step: Step) {
    this.#build = build;
    this.#step = step;
    this.#seals = new SnapshotView(build.machine, storedSnapshots(build));
    this.#decoded = new Map(step.blocks.map(({ height }) => [height, decodeStored(height, step)]));
    this.#end = start;
  }

  /** The state above the newest block that was checked. */
  get end(): CheckStart {
    return this.#end;
  }

  logs(): ReadonlyMap<number, string> {
    const firsts = [...this.#decoded].map(([height, { events }]) => [height, events[0]?.log] as const);
    return new Map(firsts.filter((first): first is readonly [number, string] => first[1] !== undefined));
  }

  async foldAgain(): Promise<void> {
    this.#fold = new StoredFold(this.#build, { height: this.#end.height, collectionHashes: this.#end.folded });
    const inputs = this.#step.blocks.map((block) => ({
      ...block,
      operations: this.#decoded.get(block.height)?.events ?? [],
    }));
    await this.#fold.readAhead(inputs);
  }

  async check(block: StoredBlock, trusted: string | undefined): Promise<Disagreement[]> {
    const { height } = block;
    const { machine } = this.#build;
    const ofRows = nextRowHashes(machine, height, this.#end.ofRows, this.#step.changes.get(height) ?? []);
    let folded = block.collectionHashes ?? this.#end.folded;
    const stored = this.#step.operations.get(height) ?? [];
    const { events, unreadable } = this.#decoded.get(height) ?? { events: [], unreadable: [] };
    const found = this.#compareStored(block, stored);
    found.push(...unreadable);
    if (this.#fold !== null && unreadable.length === 0) {
      const again = await this.#fold.connect({ ...block, operations: events });
      folded = again.collectionHashes;
      found.push(...compareFolded(block, stored, again), ...differingRows(height, folded, ofRows));
      if (this.#step.derived !== null) found.push(...compareDerived(machine, again, this.#step.derived));
    }
    found.push(...compareAt(height, [['changes hash of the rows', block.changesHash, changesHash(ofRows)]]));
    if (trusted !== undefined) found.push(...compareTrusted(height, trusted, String(block.consensusHash)));
    if (this.#fold === null) found.push(...(await this.#checkSeal(block)));
    this.#end = { height, folded, ofRows };
    return found;
  }

  /** Counts and digests of what is kept, against what the block says of it. */
  #compareStored(block: StoredBlock, stored: readonly StoredOperation[]): Disagreement[] {
    const { height } = block;
    const serialized = (this.#step.transitions.get(height) ?? []).map((transition) => transition.serialized);
    const records = recordsAt(this.#step, height);
    return compareAt(height, [
      ['records', records.problem ?? 'whole', 'whole'],
      ['operations (count)', String(block.operationCount), String(stored.length)],
      ['operations (digest)', block.digest, operationsDigest([...records.values.values()])],
      ['transitions', block.opsHash, opsHash(serialized)],
    ]);
  }

  /** A block's consensus hash from its stored ops hash and the hashes below it. */
  async #checkSeal(block: StoredBlock): Promise<Disagreement[]> {
    const { height } = block;
    const previous = (await this.#seals.previousOf(height)).filter((hash) => hash !== null);
    const computed = consensusHashOf(block.opsHash ?? '', previous);
    this.#seals.add(height, computed);
    return compareAt(height, [['consensus hash', block.consensusHash, computed]]);
  }
}

function compareFolded(block: StoredBlock, stored: readonly StoredOperation[], folded: FoldedBlock): Disagreement[] {
  const verdicts = folded.outcomes.flatMap(({ verdict }, i) =>
    compareAt(block.height, [
      [`verdict of operation ${i}`, stored[i]?.verdict, verdict.kind],
      ...(verdict.kind === 'accepted'
        ? []
        : ([[`reason of operation ${i}`, stored[i]?.code ?? '', verdict.code]] as const)),
    ]),
  );
  const hashes = compareAt(block.height, [
    ['ops hash', block.opsHash, folded.opsHash],
    ['consensus hash', block.consensusHash, folded.consensusHash],
    ['changes hash', block.changesHash, folded.changesHash],
  ]);
  const collections = Object.entries(folded.collectionHashes).map(
    ([name, hash]) => [`collection hash of ${name}`, block.collectionHashes?.[name], hash] as const,
  );
  return [...verdicts, ...hashes, ...compareAt(block.height, collections)];
}

function recordsAt(step: Step, height: number): BlockRecords {
  return step.records.get(height) ?? { values: new Map(), problem: null };
}

function decodeStored(height: number, step: Step): Decoded {
  const { values } = recordsAt(step, height);
  const events: OperationEvent[] = [];
  const unreadable: Disagreement[] = [];
  for (const [i, operation] of (step.operations.get(height) ?? []).entries()) {
    const value = values.get(operation.position);
    const decoded = value === undefined ? null : decodeEvent(value);
    if (decoded?.kind !== 'event' || decoded.event.type !== 'operation') {
      unreadable.push(...compareAt(height, [[`operation ${i}`, 'not an operation event', 'an operation event']]));
      continue;
    }
    const { event } = decoded;
    events.push(event);
    unreadable.push(
      ...compareAt(height, [
        [`txid of operation ${i}`, operation.txid, event.txid],
        [`transaction of operation ${i}`, String(operation.transactionIndex), String(event.transactionIndex)],
        [`opcode of operation ${i}`, String(operation.opcode), String(event.opcode)],
      ]),
    );
  }
  return { events, unreadable };
}

export function gap(expected: number, found: number): Disagreement {
  return { height: expected, what: 'blocks', stored: `next is ${found}`, computed: `block ${expected} is missing` };
}
