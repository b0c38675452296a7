/** Scenarios 29 to 41 of `spec/bns-scenarios.md`, by the names of their files. */
import { expect, test } from '@jest/globals';
import { given, type PlannedBlock } from '@virtualchain/testing';
import {
  addressOf,
  bns,
  empty,
  INITIAL_HASH,
  importName,
  launched,
  OTHER_VALUE,
  opened,
  orderNamespace,
  owned,
  preorder,
  ready,
  register,
  renew,
  reveal,
  revoke,
  transfer,
  update,
  VALUE,
  when,
} from '../kit/bns-steps.ts';

const by = 'w2';
const withValue: readonly PlannedBlock[] = [[preorder({ by })], [register({ by, value: VALUE })]];

test('name_pre_reg_xfer_nokeepdata: a new owner, and no value', () =>
  when(opened({}, ...withValue), transfer({ by, to: 'w3', keepsValue: false })).thenAccepts({
    names: [{ address: addressOf('w3'), value_hash: null, op: '>~', sender_pubkey: null }],
  }));

test('name_pre_reg_up_xfer: a new owner, and the value of the old one', () =>
  when(owned({}, {}, [update({ by })]), transfer({ by, to: 'w3' })).thenAccepts({
    names: [{ address: addressOf('w3'), value_hash: VALUE, op: '>>' }],
  }));

test('name_pre_xfer_up_xfer_quirks: a transfer is hashed with the consensus hash of the last update, if there was one', async () => {
  const away = transfer({ by, to: 'w3' });
  await when(owned(), away).thenAccepts({ names: [{ consensus_hash: INITIAL_HASH }] });
  const { consensusHash } = await when(owned(), away).folded();
  const updated = owned({}, {}, [away], [update({ by: 'w3', consensusHash })]);
  const back = transfer({ by: 'w3', to: by });
  await when(updated, back).thenAccepts({ names: [{ consensus_hash: consensusHash, sender_pubkey: null }] });
  const renewed = updated.block([renew({ by: 'w3' })]).block([back]);
  await when(renewed, away).thenAccepts({ names: [{ consensus_hash: consensusHash }] });
});

/** Names last 2 × 10 blocks and have a grace of 6: registered at 105, in grace from 125, gone from 133 on. */
const short = { lifetime: 10 };
const grace = { gracePeriod: 6 };
const expired = (blocks: number) => owned(grace, short, ...empty(blocks));

test.each(['name_pre_reg_expire_reregister', 'name_pre_reg_expire_reregister_multi'])(
  '%s: an expired name goes to another buyer, and keeps its first block',
  async (name) => {
    const again = [preorder({ by: 'w3' })];
    await when(expired(25).block(again), register({ by: 'w3' })).thenRejects('NOT_PREORDERED');
    const second = expired(26).block(again);
    await when(second, register({ by: 'w3' })).thenAccepts({
      names: [{ address: addressOf('w3'), block_number: 104, preorder_block_number: 132, first_registered: 133 }],
    });
    if (!name.endsWith('multi')) return;
    const gone = empty(27).reduce((history) => history.block(), second.block([register({ by: 'w3' })]));
    await when(gone.block([preorder({ by: 'w4' })]), register({ by: 'w4' })).thenAccepts({
      names: [{ address: addressOf('w4'), block_number: 104 }],
    });
  },
);

test('name_pre_reg_expire_reregister_parallel: a preorder from before the name lived is too old after it', () => {
  const both = [preorder({ by }), preorder({ by: 'w3' })];
  const history = given(bns(grace), [...launched(short), both, [register({ by })], ...empty(30)]);
  return when(history, register({ by: 'w3' })).thenRejects('NOT_PREORDERED');
});

test('name_pre_reg_grace_expire: in grace a name can only be renewed; at its end the edges are those of the original', async () => {
  const acts = [update({ by }), transfer({ by, to: 'w3' }), revoke({ by }), renew({ by })];
  const answers = async (blocks: number, verdicts: readonly string[]) => {
    for (const [index, act] of acts.entries())
      await expired(blocks)
        .whenBlock([act])
        .thenAnswers([verdicts[index] ?? '']);
  };
  const only = ['NAME_IN_GRACE', 'NAME_IN_GRACE', 'NAME_IN_GRACE', 'accepted'];
  await answers(18, ['accepted', 'accepted', 'accepted', 'accepted']);
  await answers(19, only);
  await answers(24, only);
  await answers(25, ['accepted', 'accepted', 'accepted', 'accepted']);
  await answers(26, ['accepted', 'accepted', 'NAME_EXPIRED', 'accepted']);
  await answers(27, ['NAME_UNKNOWN', 'NAME_UNKNOWN', 'NAME_UNKNOWN', 'NAME_UNKNOWN']);
});

test('name_import_lookup_expire_grace_renewxferup: an imported name in grace is renewed, moved and updated at once', () => {
  const imported = [[orderNamespace()], [reveal(short)], [importName({ by: 'w1', to: by })], [ready()]];
  const history = given(bns(grace), [...imported, ...empty(20)]);
  return when(history, renew({ by, to: 'w3', value: OTHER_VALUE })).thenAccepts({
    names: [{ address: addressOf('w3'), value_hash: OTHER_VALUE, op: '::', last_creation_op: ';', op_fee: null }],
  });
});

test('name_pre_reg_revoke_isdead: a revoked name does nothing any more', () =>
  owned(grace, short, [revoke({ by })])
    .whenBlock([update({ by }), transfer({ by, to: 'w3' }), renew({ by }), revoke({ by })])
    .thenAnswers(['NAME_UNKNOWN', 'NAME_UNKNOWN', 'NAME_REVOKED', 'NAME_REVOKED'], { names: [{ revoked: true }] }));

test.each([
  ['name_pre_reg_revoke_reregister', by],
  ['name_pre_reg_revoke_reregister_newowner', 'w3'],
])('%s: once expired, a revoked name is bought again', (_name, buyer) => {
  const history = owned(grace, short, [revoke({ by })], ...empty(27), [preorder({ by: buyer, to: 'w4' })]);
  return when(history, register({ by: buyer, to: 'w4' })).thenAccepts({
    names: [{ address: addressOf('w4'), revoked: false, block_number: 104 }],
  });
});

test('name_pre_reg_renew: lives on from the block of the renewal', () =>
  when(owned(), renew({ by })).thenAccepts({
    names: [{ last_renewed: 106, first_registered: 105, op: '::', op_fee: 20_000_000n }],
  }));

test.each([
  ['nothing', {}, { address: addressOf(by), value_hash: VALUE }],
  ['a value', { value: OTHER_VALUE }, { address: addressOf(by), value_hash: OTHER_VALUE }],
  ['a value and an owner', { value: OTHER_VALUE, to: 'w3' }, { address: addressOf('w3'), value_hash: OTHER_VALUE }],
  ['an owner', { to: 'w3' }, { address: addressOf('w3'), value_hash: VALUE }],
])('name_pre_reg_renewxferup: a renewal that changes %s', (_what, options, row) =>
  when(opened({}, ...withValue), renew({ by, ...options })).thenAccepts({ names: [row] }),
);

test('name_pre_regup: a registration sets a value by itself', () =>
  when(opened({}, [preorder({ by })]), register({ by, value: VALUE })).thenAccepts({ names: [{ value_hash: VALUE }] }));

test('name_pre_regup_sameblock: also in the block of its preorder', () =>
  opened({})
    .whenBlock([preorder({ by }), register({ by, value: VALUE })])
    .thenAnswers(['accepted', 'accepted'], { names: [{ value_hash: VALUE }] }));

test('name_pre_reg_nextepoch_register_multisig: a p2sh owner waits for epoch 2, with the same preorder', async () => {
  const machine = bns({ epochEnds: [105, 1000, 1001, 1002, 1003] });
  const namespace = [[orderNamespace({ tokens: null, fee: 400_000_000n })], [reveal()], [ready()]];
  const history = given(machine, [...namespace, [preorder({ by, to: 'multi1' })]]);
  const owner = register({ by, to: 'multi1' });
  await when(history, owner).thenRejects('OWNER_MULTISIG_TOO_EARLY');
  await when(history.block([owner]), owner).thenAccepts({ names: [{ address: addressOf('multi1') }] });
  expect(addressOf('multi1').startsWith('3')).toBe(true);
});
