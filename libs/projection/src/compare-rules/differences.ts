import type { BlockHash } from '@virtualchain/bitcoin';
import {
  type CanonicalValue,
  canonicalKey,
  canonicalRow,
  type FoldedBlock,
  type RowChange,
} from '@virtualchain/machine';
import type { StoredBlock } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import { historyFloor } from '../build/history-floor.ts';
import type { StoredOperation } from '../build/stored.ts';
import type { ToldVerdict, VerdictChange, VerdictChangeCount } from '../verify/compare-verdicts.ts';
import { readChanges } from '../verify/verify-read.ts';

/** The first block at which a live build and other rules disagree. */
export interface DifferingBlock {
  readonly height: number;
  readonly hash: BlockHash;
  /** `verdicts`, `ops hash`, `consensus hash`, `rows of <collection>`; at the height below the first block `rows of` alone. */
  readonly by: readonly string[];
}

/** A row as the changes hash covers it: bytes as hex, large numbers as decimal text; null where there is none. */
export type ToldRow = CanonicalValue | null;

/** The first row that a live build and other rules have otherwise. */
export interface DifferingRow {
  readonly height: number;
  readonly collection: string;
  readonly key: readonly CanonicalValue[];
  readonly live: ToldRow;
  readonly candidate: ToldRow;
}

/** What was found so far: only the first of each kind is kept, so that the room does not grow with the chain. */
export class Differences {
  readonly #build: Build;
  readonly #collections: readonly string[];
  readonly #comparesHashes: boolean;
  readonly #counts = new Map<string, VerdictChangeCount>();
  #hasOtherRows = false;
  firstBlock: DifferingBlock | null = null;
  firstOperation: VerdictChange | null = null;
  firstRow: DifferingRow | null = null;

  /** `collections` are those whose rows can be compared; without `comparesHashes` verdicts alone are. */
  constructor(build: Build, collections: readonly string[], comparesHashes: boolean) {
    this.#build = build;
    this.#collections = collections;
    this.#comparesHashes = comparesHashes;
  }

  /** How many operations changed from which verdict to which, most first. */
  get counts(): readonly VerdictChangeCount[] {
    return [...this.#counts.values()].sort((a, b) => b.operations - a.operations);
  }

  /** What the machine begins with, one height below its first block. */
  async addGenesis(height: number, hash: BlockHash, changes: readonly RowChange[]): Promise<void> {
    await this.#compareRows(height, changes, this.#collections);
    const { firstRow } = this;
    this.#hasOtherRows = firstRow !== null;
    if (firstRow !== null) this.firstBlock = { height, hash, by: [`rows of ${firstRow.collection}`] };
  }

  /** A block of both. @throws DatabaseUnavailable */
  async add(stored: StoredBlock, operations: readonly StoredOperation[], folded: FoldedBlock): Promise<void> {
    const { height, hash } = folded.block;
    const by = this.#countVerdicts(operations, folded) ? ['verdicts'] : [];
    if (!this.#comparesHashes) return this.#note(height, hash, by);
    if (this.firstBlock === null) {
      if (stored.opsHash !== folded.opsHash) by.push('ops hash');
      if (stored.consensusHash !== folded.consensusHash) by.push('consensus hash');
    }
    if (!this.#hasOtherRows) {
      const others = this.#collections.filter(
        (name) => stored.collectionHashes?.[name] !== folded.collectionHashes[name],
      );
      for (const name of others) by.push(`rows of ${name}`);
      this.#hasOtherRows = others.length > 0;
      if (this.#hasOtherRows) await this.#compareRows(height, folded.changes, others);
    }
    this.#note(height, hash, by);
  }

  #note(height: number, hash: BlockHash, by: readonly string[]): void {
    if (by.length > 0) this.firstBlock ??= { height, hash, by };
  }

  #countVerdicts(operations: readonly StoredOperation[], { outcomes }: FoldedBlock): boolean {
    let found = false;
    for (const [i, { event, verdict }] of outcomes.entries()) {
      const before = liveVerdict(operations[i]);
      const after: ToldVerdict =
        verdict.kind === 'accepted'
          ? { kind: verdict.kind, code: null, detail: null }
          : { kind: verdict.kind, code: verdict.code, detail: verdict.detail };
      if (before.kind === after.kind && before.code === after.code) continue;
      found = true;
      const { height, position, txid, opcode } = event;
      this.firstOperation ??= { height, position, txid, opcode, before, after };
      this.#count(before, after);
    }
    return found;
  }

  #count(before: ToldVerdict, after: ToldVerdict): void {
    const key = JSON.stringify([before.kind, before.code, after.kind, after.code]);
    const operations = (this.#counts.get(key)?.operations ?? 0) + 1;
    const told = ({ kind, code }: ToldVerdict) => ({ kind, code });
    this.#counts.set(key, { before: told(before), after: told(after), operations });
  }

  /** The first row, by collection then key, that a height left otherwise. Below it both had the same rows. */
  async #compareRows(height: number, changes: readonly RowChange[], collections: readonly string[]): Promise<void> {
    const floor = await historyFloor(this.#build);
    if (floor !== null && height <= floor) return; // the hashes say that they differ, and no row is left that says how
    const live = (await readChanges(this.#build, height, height, collections)).get(height) ?? [];
    for (const name of collections.toSorted()) {
      const ofBoth = [live, changes].map(
        (list) => new Map(list.filter(({ collection }) => collection === name).map((change) => [change.key, change])),
      ) as [Map<string, RowChange>, Map<string, RowChange>];
      for (const key of [...new Set(ofBoth.flatMap((list) => [...list.keys()]))].sort()) {
        const found = this.#compareRow(name, ofBoth[0].get(key), ofBoth[1].get(key));
        if (found === null) continue;
        this.firstRow = { height, collection: name, ...found };
        return;
      }
    }
  }

  /** Who did not change the row has it as it was, which is what the other one changed. */
  #compareRow(name: string, live: RowChange | undefined, candidate: RowChange | undefined) {
    const collection = this.#build.machine.collections[name];
    const row = (live?.after ?? live?.before ?? candidate?.after ?? candidate?.before) as NonNullable<
      RowChange['after']
    >;
    const [ofLive, ofCandidate] = [live?.after ?? null, candidate?.after ?? null];
    const theirs = live === undefined ? (candidate?.before ?? null) : ofLive;
    const ours = candidate === undefined ? (live?.before ?? null) : ofCandidate;
    const told = (one: typeof theirs): ToldRow => (one === null ? null : canonicalRow(collection, one));
    const [liveRow, candidateRow] = [told(theirs), told(ours)];
    if (JSON.stringify(liveRow) === JSON.stringify(candidateRow)) return null;
    return { key: canonicalKey(collection, row), live: liveRow, candidate: candidateRow };
  }
}

function liveVerdict(stored: StoredOperation | undefined): ToldVerdict {
  if (stored === undefined) throw new RangeError('the live build has fewer operations in a block than the log');
  const { verdict, code, detail } = stored;
  return { kind: verdict as ToldVerdict['kind'], code, detail };
}
