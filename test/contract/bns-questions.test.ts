import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { usePlatformSha256 } from '@virtualchain/bitcoin';
import { type FoldInput, MemoryFold } from '@virtualchain/machine';
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

test('a-call-for-each-hash: folding a block of a hundred operations asks the platform for a hash of each collection, and few more', async () => {
  const { instance, inputs, consensusHashes } = await makeNames(12, 100);
  let calls = 0;
  usePlatformSha256((message) => {
    calls += 1;
    return Uint8Array.from(createHash('sha256').update(message).digest());
  });
  const fold = await MemoryFold.open(instance.machine);
  calls = 0;
  for (const input of inputs) await fold.connect(input);
  expect(fold.blocks.map(({ consensusHash }) => consensusHash)).toEqual(consensusHashes);
  // the changes of each collection, and what they come to together
  const perBlock = Object.keys(instance.machine.collections).length + 1;
  expect(calls).toBeLessThanOrEqual(perBlock * inputs.length);
});
