import { expect, test } from '@jest/globals';
import type { Plan } from '@virtualchain/machine-bns';
import {
  planAnnounce,
  planImport,
  planNamespacePreorder,
  planNamespaceReady,
  planNamespaceReveal,
  planPreorder,
  planRegister,
  planRenew,
  planRevoke,
  planSendTokens,
  planTransfer,
  planUpdate,
  revealDefaults,
} from '@virtualchain/machine-bns';
import { type Actor, actor, BnsStage } from '../kit/bns-stage.ts';

const creator = actor('creator');
const owners = {
  p2pkh: actor('owner'),
  'p2sh-multisig': actor('owners', 'p2sh-multisig'),
  'p2sh-p2wpkh': actor('nested', 'p2sh-p2wpkh'),
};
const [ZONE, OTHER_ZONE] = ['11'.repeat(20), '22'.repeat(20)];

const rich = Object.values({ creator, ...owners }).map(({ address }) => ({ address, value: '1000000000000' }));
const epoch6 = { epochEnds: [0, 0, 0, 0, 0], genesisAccounts: rich, gracePeriod: 5, announcers: ['alice.shop'] };

/** Plans, rehearses and plays; all three have to agree that the rules take it. */
async function done(
  stage: BnsStage,
  by: Actor,
  planOf: (planning: Awaited<ReturnType<BnsStage['planning']>>) => Promise<Plan>,
) {
  const plan = await planOf(await stage.planning(by));
  expect(plan.problems).toEqual([]);
  const rehearsed = await stage.rehearse(by, plan);
  expect(rehearsed.map((verdict) => (verdict.kind === 'accepted' ? 'accepted' : verdict))).toEqual(
    rehearsed.map(() => 'accepted'),
  );
  expect(await stage.play(by, plan)).toMatchObject({ kind: 'accepted' });
}

async function launched(stage: BnsStage, options: Partial<typeof revealDefaults> & { namespaceVersion?: number } = {}) {
  await done(stage, creator, (planning) => planNamespacePreorder(planning, 'shop', {}));
  await done(stage, creator, (planning) =>
    planNamespaceReveal(planning, 'shop', { ...revealDefaults, ...options } as never),
  );
  await done(stage, creator, (planning) =>
    planImport(planning, 'first.shop', { owner: creator.address, zonefileHash: ZONE }),
  );
  await done(stage, creator, (planning) => planNamespaceReady(planning, 'shop'));
}

const cases = [1, 2, 3].flatMap((version) => Object.keys(owners).map((kind) => [version, kind] as const));

test.each(cases)(
  'the machine takes every plan: namespace of version %i, account %s',
  async (namespaceVersion, kind) => {
    const owner = owners[kind as keyof typeof owners];
    const stage = new BnsStage(epoch6);
    await launched(stage, { namespaceVersion } as never);
    await done(stage, owner, (planning) => planPreorder(planning, 'alice.shop', {}));
    await done(stage, owner, (planning) => planRegister(planning, 'alice.shop', { zonefileHash: ZONE }));
    await done(stage, owner, () => planAnnounce(ZONE));
    await done(stage, owner, (planning) => planUpdate(planning, 'alice.shop', OTHER_ZONE));
    await done(stage, owner, (planning) => planRenew(planning, 'alice.shop', {}));
    expect(await stage.row('names', { name: 'alice.shop' })).toMatchObject({ value_hash: OTHER_ZONE, op: '::' });
    await done(stage, owner, (planning) => planTransfer(planning, 'alice.shop', creator.address, true));
    await done(stage, creator, (planning) =>
      planRenew(planning, 'alice.shop', { zonefileHash: ZONE, owner: owner.address }),
    );
    await done(stage, owner, (planning) => planRevoke(planning, 'alice.shop'));
    expect(await stage.row('names', { name: 'alice.shop' })).toMatchObject({ revoked: true, address: owner.address });
    await done(stage, owner, (planning) => planSendTokens(planning, creator.address, 5n, 'thanks'));
  },
);

test('tokens buy a name where satoshis do, at 650 for 15, and buy nothing where they go to the creator', async () => {
  const owner = owners.p2pkh;
  const stage = new BnsStage(epoch6);
  await launched(stage);
  await done(stage, owner, (planning) => planPreorder(planning, 'alice.shop', { tokens: true }));
  await done(stage, owner, (planning) => planRegister(planning, 'alice.shop', {}));
  expect(await stage.row('names', { name: 'alice.shop' })).toMatchObject({ token_fee: 1_733_333n, value_hash: null });
  await done(stage, owner, (planning) => planRenew(planning, 'alice.shop', { tokens: true, zonefileHash: ZONE }));
  expect(await stage.row('accounts', { address: owner.address, unit: 'STACKS' })).toMatchObject({ debit: 3_466_666n });
  const creators = new BnsStage(epoch6);
  await launched(creators, { namespaceVersion: 2 } as never);
  await expect(
    creators.planning(owner).then((planning) => planPreorder(planning, 'alice.shop', { tokens: true })),
  ).rejects.toMatchObject({
    code: 'OPERATION_REFUSED',
  });
});

test('before epoch 4 all is paid in satoshis, by prices that were floats', async () => {
  const stage = new BnsStage({ epochEnds: [0, 0, 200, 300, 400], gracePeriod: 5 });
  await launched(stage);
  const owner = owners.p2pkh;
  await done(stage, owner, (planning) => planPreorder(planning, 'alice.shop', {}));
  await done(stage, owner, (planning) => planRegister(planning, 'alice.shop', { zonefileHash: ZONE }));
  await done(stage, owner, (planning) => planRenew(planning, 'alice.shop', { zonefileHash: OTHER_ZONE }));
  expect(await stage.row('names', { name: 'alice.shop' })).toMatchObject({ op_fee: 40_000n, value_hash: OTHER_ZONE });
});

test('before epoch 3 no value hash goes along with a registration, and it says so', async () => {
  const stage = new BnsStage({ epochEnds: [0, 200, 300, 400, 500], gracePeriod: 5 });
  await launched(stage);
  const owner = owners.p2pkh;
  await done(stage, owner, (planning) => planPreorder(planning, 'alice.shop', {}));
  const planning = await stage.planning(owner);
  await expect(planRegister(planning, 'alice.shop', { zonefileHash: ZONE })).rejects.toThrow('set it with an update');
  await done(stage, owner, (later) => planRegister(later, 'alice.shop', {}));
  await done(stage, owner, (later) => planUpdate(later, 'alice.shop', ZONE));
});

test('what is missing is said before anything is built', async () => {
  const [owner, stranger] = [owners.p2pkh, actor('stranger')];
  const stage = new BnsStage({ ...epoch6, preorderExpiry: 2 });
  const problems = async (by: Actor, planOf: (planning: Awaited<ReturnType<BnsStage['planning']>>) => Promise<Plan>) =>
    (await planOf(await stage.planning(by))).problems.join();
  expect(await problems(creator, (planning) => planNamespaceReveal(planning, 'shop', revealDefaults))).toContain(
    'no confirmed preorder',
  );
  expect(await problems(creator, (planning) => planNamespaceReady(planning, 'shop'))).toContain('not revealed');
  await launched(stage);
  expect(await problems(creator, (planning) => planNamespacePreorder(planning, 'shop', {}))).toContain(
    'launched already',
  );
  expect(await problems(creator, (planning) => planImport(planning, 'b.shop', { zonefileHash: ZONE }))).toContain(
    'between reveal and launch',
  );
  await done(stage, owner, (planning) => planPreorder(planning, 'alice.shop', {}));
  expect(await problems(stranger, (planning) => planRegister(planning, 'alice.shop', {}))).toContain(
    `preorder of alice.shop by ${stranger.address}`,
  );
  expect(
    await problems(owner, (planning) => planRegister(planning, 'alice.shop', { owner: stranger.address })),
  ).toContain(`for the owner ${stranger.address}`);
  await stage.pass(2);
  expect(await problems(owner, (planning) => planRegister(planning, 'alice.shop', {}))).toContain(
    '3 blocks old, 2 are allowed',
  );
  expect(await problems(stranger, (planning) => planUpdate(planning, 'first.shop', ZONE))).toContain(
    `first.shop belongs to ${creator.address}`,
  );
  expect(await problems(stranger, (planning) => planUpdate(planning, 'none.shop', ZONE))).toContain('never registered');
  expect(await problems(stranger, (planning) => planSendTokens(planning, creator.address, 1n, ''))).toContain(
    'has 0 micro-Stacks',
  );
  await expect(stage.planning(owner).then((planning) => planPreorder(planning, 'a.none', {}))).rejects.toThrow(
    'there is no namespace none',
  );
});

test('before epoch 4 a preorder does not expire, and its registration is planned however old it is', async () => {
  const stage = new BnsStage({ epochEnds: [0, 0, 200, 300, 400], gracePeriod: 5, preorderExpiry: 2 });
  await launched(stage);
  const owner = owners.p2pkh;
  await done(stage, owner, (planning) => planPreorder(planning, 'alice.shop', {}));
  await stage.pass(10);
  await done(stage, owner, (planning) => planRegister(planning, 'alice.shop', {}));
});

test('an expired namespace is bought again with the satoshis of before, by another key or for another launcher', async () => {
  const owner = owners.p2pkh;
  const stage = new BnsStage({ ...epoch6, revealWindow: 3 });
  const generous = await planNamespacePreorder(await stage.planning(creator), 'shop', {});
  const outputs = generous.outputs.map((output) => ({ ...output, value: 70_000n as typeof output.value }));
  expect(await stage.play(creator, { ...generous, outputs })).toMatchObject({ kind: 'accepted' });
  await done(stage, creator, (planning) => planNamespaceReveal(planning, 'shop', revealDefaults));
  await stage.pass(4);
  const same = await planNamespacePreorder(await stage.planning(creator), 'shop', {});
  expect(same.problems.join()).toContain('another key or another --launcher');
  await done(stage, owner, (planning) => planNamespacePreorder(planning, 'shop', {}));
  await done(stage, owner, (planning) => planNamespaceReveal(planning, 'shop', revealDefaults));
  expect(await stage.row('namespaces', { namespace_id: 'shop' })).toMatchObject({
    op_fee: 70_000n,
    address: owner.address,
  });
});
