/** The recorded chains of BNS with a reorganisation to a lower block, over to another branch, and back. */
import { expect, test } from '@jest/globals';
import { MemoryFold } from '@virtualchain/machine';
import { MemoryProjection, MemoryStore } from '@virtualchain/projection';
import { reorgDrill } from '@virtualchain/testing';
import { BNS_CHAINS, bnsBranches, bnsChanges } from '../kit/bns-branches.ts';

test.each(BNS_CHAINS)(
  '%s: a detour over another branch leaves no trace in memory',
  async (file) => {
    const { instance, main, fork, consensusHashes } = await bnsBranches(file);
    const there = await reorgDrill(instance.machine, main, fork);
    expect(there.blocks.map(({ consensusHash }) => consensusHash)).not.toEqual(consensusHashes.slice(0, fork.length));
    const fold = await MemoryFold.open(instance.machine);
    for (const input of main) await fold.connect(input);
    expect(fold.blocks.map(({ consensusHash }) => consensusHash)).toEqual(consensusHashes);
  },
  600_000,
);

test('bns-chain: the log of the detour, read by a projection in memory, ends in the recorded hashes', async () => {
  const branches = await bnsBranches('bns-chain.json');
  const store = await MemoryStore.open(branches.instance.machine);
  await using projection = new MemoryProjection(store);
  for (const change of await bnsChanges(branches)) await projection.advance([change]);
  expect(store.fold.blocks.map(({ consensusHash }) => consensusHash)).toEqual(branches.consensusHashes);
});
