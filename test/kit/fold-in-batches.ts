import {
  emptyCollectionHashes,
  type FoldedBlock,
  type FoldInput,
  foldBlock,
  foldGenesis,
  MemoryState,
  parseBlock,
  prefetchBlocks,
  SnapshotView,
  type StateSource,
  WorkingState,
} from '@virtualchain/machine';
import type { MachineInstance } from '@virtualchain/projection';

/** What the machine is folded on, and so many blocks at a time. */
interface Batches<Source> {
  readonly size: number;
  /** What a batch reads from: made anew for each, over the rows that the ones before it left. */
  readonly sourceOf: (state: MemoryState) => Source;
}

/**
 * Folds as a projection does, on memory: what a batch will read is read ahead, one overlay is over its blocks, and their changes
 * are written when all are folded.
 */
export async function* foldInBatches<Source extends StateSource>(
  { machine }: Pick<MachineInstance, 'machine'>,
  inputs: readonly FoldInput[],
  { size, sourceOf }: Batches<Source>,
): AsyncGenerator<{ readonly source: Source; readonly folded: readonly FoldedBlock[] }> {
  const state = new MemoryState(machine.collections);
  state.apply((await foldGenesis(machine, state)).changes);
  const snapshots = new SnapshotView(machine, { at: async () => new Map(), heightOf: async () => null });
  let collectionHashes = emptyCollectionHashes(machine.collections);
  for (let from = 0; from < inputs.length; from += size) {
    const source = sourceOf(state);
    const working = new WorkingState(source);
    const blocks = inputs.slice(from, from + size).map((input) => parseBlock(machine, input));
    await prefetchBlocks(machine, working, blocks);
    const folded: FoldedBlock[] = [];
    for (const block of blocks) {
      const one = await foldBlock(machine, { working, snapshots, collectionHashes }, block);
      collectionHashes = one.collectionHashes;
      folded.push(one);
    }
    for (const { changes } of folded) state.apply(changes);
    yield { source, folded };
  }
}
