import {
  type AnyStateMachine,
  anchorHeight,
  type CollectionHashes,
  type Collections,
  emptyCollectionHashes,
  nextCollectionHash,
  type RowChange,
  toldChanges,
} from '@virtualchain/machine';
import type { Build } from '../build/build.ts';
import { compareAt, type Disagreement } from './verified.ts';
import { readChanges } from './verify-read.ts';

/** The collection hashes of a block, from those below it and what its history rows say was changed. */
export function nextRowHashes(
  machine: AnyStateMachine,
  height: number,
  previous: CollectionHashes,
  changes: readonly RowChange[],
): CollectionHashes {
  return Object.fromEntries(
    Object.entries(machine.collections as Collections).map(([name, collection]) => {
      const ours = changes.filter((change) => change.collection === name);
      return [name, nextCollectionHash(previous[name] ?? '', height, toldChanges(collection, ours))];
    }),
  );
}

/** The collection hashes that the rows of the genesis make; `folded` are those of the machine. */
export async function genesisRowHashes(build: Build, folded: CollectionHashes): Promise<CollectionHashes> {
  const { machine } = build;
  const anchor = anchorHeight(machine);
  const empty = emptyCollectionHashes(machine.collections);
  const changes = (await readChanges(build, -1, anchor)).get(anchor) ?? [];
  const isEmpty = changes.length === 0 && Object.entries(folded).every(([name, hash]) => hash === empty[name]);
  return isEmpty ? folded : nextRowHashes(machine, anchor, empty, changes);
}

/** The collections whose rows do not make the hash that they should. */
export function differingRows(height: number, computed: CollectionHashes, ofRows: CollectionHashes): Disagreement[] {
  return compareAt(
    height,
    Object.entries(computed).map(([name, hash]) => [`rows of ${name}`, ofRows[name] ?? '', hash]),
  );
}
