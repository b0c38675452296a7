import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { MemoryFold } from '@virtualchain/machine';
import { openProjection, readHashes } from '@virtualchain/projection';
import { BNS_CHAINS, BNS_RULES, bnsBranches, bnsChanges } from '../kit/bns-branches.ts';
import { rowsOf } from '../kit/projections.ts';
import { sharedServers } from '../kit/shared-servers.ts';

let parts: RealParts<'postgres'>;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
}, 120_000);

afterAll(async () => {
  await parts?.[Symbol.asyncDispose]();
});

const changesPerBatch = 17;

test('a projection of the rules of version 1 is not gone on with: the remedy is a rebuild', async () => {
  const { instance } = await bnsBranches('bns-chain.json');
  const url = await parts.postgres.createDatabase('bns_version_1');
  await (await openProjection(url, { ...instance, machine: { ...instance.machine, version: 1 } })).close();
  await expect(openProjection(url, instance)).rejects.toMatchObject({
    message: expect.stringMatching(/version 1, this code has version 2; run: vchain rebuild bns/),
  });
}, 60_000);

test.each([...BNS_CHAINS, ...BNS_RULES])(
  '%s: in Postgres the log of a detour and back ends in the recorded hashes, and in the rows of memory',
  async (file) => {
    const branches = await bnsBranches(file);
    const changes = await bnsChanges(branches);
    const url = await parts.postgres.createDatabase(`bns_${file.replace(/\.json.*/, '').replaceAll(/\W/g, '_')}`);
    await using projection = await openProjection(url, branches.instance);
    for (let from = 0; from < changes.length; from += changesPerBatch)
      await projection.advance(changes.slice(from, from + changesPerBatch));
    const hashes = await readHashes(projection);
    const sealed = hashes.filter(({ opsHash }) => opsHash !== null);
    expect(sealed.map(({ consensusHash }) => consensusHash)).toEqual(branches.consensusHashes);
    const fold = await MemoryFold.open(branches.instance.machine);
    for (const input of branches.main) await fold.connect(input);
    expect(sealed.map(({ changesHash }) => changesHash)).toEqual(fold.blocks.map(({ changesHash }) => changesHash));
    for (const collection of Object.keys(branches.instance.machine.collections))
      expect(await rowsOf(projection, collection)).toEqual(fold.state.dump(collection));
  },
  600_000,
);
