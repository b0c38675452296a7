import { expect, test } from '@jest/globals';
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
  WorkingState,
} from '@virtualchain/machine';
import type { MachineInstance } from '@virtualchain/projection';
import { makeNames } from '../bench/workloads/names.ts';
import { BNS_CHAINS, bnsBranches } from '../kit/bns-branches.ts';
import { CountingSource } from '../kit/counting-source.ts';

const questionsMax = 20;

/** The questions of each batch, which starts with nothing but committed rows. */
async function questionsOf({ machine }: MachineInstance, inputs: readonly FoldInput[], size: number) {
  const state = new MemoryState(machine.collections);
  state.apply((await foldGenesis(machine, state)).changes);
  const snapshots = new SnapshotView(machine, { at: async () => new Map(), heightOf: async () => null });
  let collectionHashes = emptyCollectionHashes(machine.collections);
  const batches: (readonly string[])[] = [];
  for (let from = 0; from < inputs.length; from += size) {
    const source = new CountingSource(state);
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
    batches.push(source.questions);
  }
  return batches;
}

test('a batch of many operations of the name system asks its database no more than twenty questions', async () => {
  const { instance, inputs } = await makeNames(20, 100);
  for (const questions of await questionsOf(instance, inputs, 8)) expect(questions.length).toBeLessThan(questionsMax);
});

test.each(BNS_CHAINS)('%s: no batch of the recorded chain asks more than twenty questions', async (file) => {
  const { instance, main } = await bnsBranches(file);
  for (const questions of await questionsOf(instance, main, 17)) {
    if (questions.length > questionsMax) expect(questions).toEqual([]);
  }
});
