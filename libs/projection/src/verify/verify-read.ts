import { encodeTuple, type Row, type RowChange } from '@virtualchain/machine';
import { readBlocks, type StoredBlock } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import { type History, historyOf, readVersions } from '../build/collection-history.ts';
import { beganBetween, endedBetween } from '../build/conditions.ts';
import { readOperations } from '../build/operations.ts';
import { readRecords } from '../build/records.ts';
import type { BlockRecords, StoredOperation, StoredTransition } from '../build/stored.ts';
import { readTransitions } from '../build/transitions.ts';
import { type Derived, readDerived } from './derived.ts';

/** What a build keeps of some blocks, read for `verify`; all but the blocks by height. */
export interface Step {
  readonly blocks: readonly StoredBlock[];
  readonly operations: ReadonlyMap<number, readonly StoredOperation[]>;
  readonly records: ReadonlyMap<number, BlockRecords>;
  readonly transitions: ReadonlyMap<number, readonly StoredTransition[]>;
  readonly changes: ReadonlyMap<number, readonly RowChange[]>;
  /** Null where the build does not keep it, or nobody compares it. */
  readonly derived: Derived | null;
}

/** What is kept of blocks; also what no hash covers, where they are folded again. */
export async function readStep(build: Build, from: number, to: number, isFolding: boolean): Promise<Step> {
  const byHeight = ({ height }: { readonly height: number }): number => height;
  const operations = await readOperations(build, from, to);
  return {
    blocks: await readBlocks(build, from, to),
    operations: Map.groupBy(operations, byHeight),
    records: await readRecords(build, operations),
    transitions: Map.groupBy(await readTransitions(build, from, to), byHeight),
    changes: await readChanges(build, from, to),
    derived: isFolding ? await readDerived(build, from, to) : null,
  };
}

/** What the history rows say was changed at each height from `from` to `to`, in all collections or in some. */
export async function readChanges(
  build: Build,
  from: number,
  to: number,
  collections: readonly string[] = Object.keys(build.machine.collections),
): Promise<ReadonlyMap<number, readonly RowChange[]>> {
  const byHeight = new Map<number, RowChange[]>();
  for (const name of collections) {
    const history = historyOf(build, name);
    for (const { at, change } of await changesOf(history, from, to)) {
      const list = byHeight.get(at) ?? [];
      list.push(change);
      byHeight.set(at, list);
    }
  }
  return byHeight;
}

interface ChangeAt {
  readonly at: number;
  readonly change: RowChange;
}

/** A row that ended is a change at that height, and one that began another, or the same one where the key is the same. */
async function changesOf(history: History, from: number, to: number): Promise<Iterable<ChangeAt>> {
  const { name, collection } = history;
  const began = await readVersions(history, { where: beganBetween(from, to) });
  const ended = await readVersions(history, { where: endedBetween(from, to) });
  const changes = new Map<string, ChangeAt>();
  const add = (at: number, row: Row, sides: Pick<RowChange, 'before' | 'after'>): void => {
    const key = encodeTuple(collection.columns, collection.key, row);
    const earlier = changes.get(`${at} ${key}`)?.change.before ?? null;
    changes.set(`${at} ${key}`, { at, change: { collection: name, key, ...sides, before: sides.before ?? earlier } });
  };
  for (const { row, validTo } of ended) add(Number(validTo), row, { before: row, after: null });
  for (const { row, validFrom } of began) add(validFrom, row, { before: null, after: row });
  return changes.values();
}
