import { expect, test } from '@jest/globals';
import type { FoldInput } from '@virtualchain/machine';
import type { MachineInstance } from '@virtualchain/projection';
import { makeNames } from '../bench/workloads/names.ts';
import { BNS_CHAINS, bnsBranches } from '../kit/bns-branches.ts';
import { CountingSource } from '../kit/counting-source.ts';
import { foldInBatches } from '../kit/fold-in-batches.ts';

const questionsMax = 20;

/** The questions of each batch, which starts with nothing but committed rows. */
async function questionsOf(instance: MachineInstance, inputs: readonly FoldInput[], size: number) {
  const batches = foldInBatches(instance, inputs, { size, sourceOf: (state) => new CountingSource(state) });
  return Array.fromAsync(batches, ({ source }) => source.questions);
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
