/** Scenarios 15 to 28 of `spec/bns-scenarios.md`, by the names of their files. */
import { expect, test } from '@jest/globals';
import { given, type PlannedOperation } from '@virtualchain/testing';
import {
  addressOf,
  bns,
  empty,
  launched,
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
  when,
} from '../kit/bns-steps.ts';

const by = 'w2';

test('name_preorder: is pending, and the name is not there', async () => {
  const preordered = when(opened({}), preorder({ by }));
  await preordered.thenAccepts({ preorders: [{ op: '?', address: addressOf(by) }] });
  const block = await preordered.folded();
  expect(block.changes.some(({ collection }) => collection === 'names')).toBe(false);
});

test('name_preorder_cantmodify: what is only preordered cannot be acted on', () =>
  opened({}, [preorder({ by })])
    .whenBlock([update({ by }), renew({ by }), transfer({ by, to: 'w3' }), revoke({ by })])
    .thenAnswers(['NAME_UNKNOWN', 'NAME_UNKNOWN', 'NAME_UNKNOWN', 'NAME_UNKNOWN']));

test('name_preorder_expire: after 144 blocks the name is free for others', async () => {
  const waited = (blocks: number) => opened({}, [preorder({ by })], ...empty(blocks));
  await when(waited(143), register({ by })).thenAccepts();
  await when(waited(144), register({ by })).thenRejects('PREORDER_EXPIRED');
  const other = waited(144).block([preorder({ by: 'w3' })]);
  await when(other, register({ by: 'w3' })).thenAccepts({ names: [{ name: 'foo.test', address: addressOf('w3') }] });
  await when(waited(144), preorder({ by })).thenRejects('PREORDER_PENDING');
});

test('name_pre_reg: the name belongs to the address it was registered to, the preorder is gone', async () => {
  const registered = when(opened({}, [preorder({ by, to: 'w3' })]), register({ by, to: 'w3' }));
  await registered.thenAccepts({
    names: [{ name: 'foo.test', address: addressOf('w3'), block_number: 104, first_registered: 105 }],
  });
  const block = await registered.folded();
  expect(block.changes.filter(({ collection, after }) => collection === 'preorders' && after === null)).toHaveLength(1);
});

test('name_pre_reg_sameblock: a preorder and its registration in one block', () =>
  opened({})
    .whenBlock([preorder({ by }), register({ by })])
    .thenAnswers(['accepted', 'accepted']));

test('name_pre_reg_dup_sameblock: of two buyers in one block the first to register wins', () =>
  opened({})
    .whenBlock([preorder({ by }), preorder({ by: 'w3' }), register({ by: 'w3' }), register({ by })])
    .thenAnswers(['accepted', 'accepted', 'accepted', 'NAME_COLLISION'], { names: [{ address: addressOf('w3') }] }));

const buyers = ['w1', 'w2', 'w3', 'w4'];

test('name_pre_reg_nodups: four valid registrations of one block are all refused, their preorders stay', () =>
  opened(
    {},
    buyers.map((buyer) => preorder({ by: buyer })),
  )
    .whenBlock(buyers.map((buyer) => register({ by: buyer })))
    .thenAnswers(
      buyers.map(() => 'NAME_COLLISION'),
      {
        preorders: buyers.map((buyer) => ({ address: addressOf(buyer) })),
      },
    ));

test('name_pre_reg_collisions: what collided is retried alone; transitions of one name never collide', async () => {
  const orders = [orderNamespace(), orderNamespace({ by: 'w2', to: 'w3' })];
  const collided = given(bns(), [orders, [reveal(), reveal({ by: 'w2', to: 'w3' })]]);
  await collided.whenBlock([reveal(), ready()]).thenAnswers(['accepted', 'NAMESPACE_NOT_REVEALED']);
  const names = collided
    .block([reveal()])
    .block([ready(), preorder({ by }), preorder({ by: 'w3' })])
    .block([register({ by }), register({ by: 'w3' })]);
  await names.whenBlock([register({ by: 'w3' })]).thenAnswers(['accepted']);
  const mine = names.block([register({ by })]);
  await mine
    .whenBlock([update({ by }), transfer({ by, to: 'w4' }), revoke({ by: 'w4' })])
    .thenAnswers(['accepted', 'accepted', 'accepted']);
  await mine
    .whenBlock([renew({ by }), update({ by }), transfer({ by, to: 'w4' })])
    .thenAnswers(['accepted', 'accepted', 'accepted']);
  const updates = Array.from({ length: 9 }, (_, index) => update({ by, value: `0${index}`.repeat(20) }));
  await mine.whenBlock(updates).thenAnswers(
    updates.map(() => 'accepted'),
    { names: [{ value_hash: '08'.repeat(20) }] },
  );
});

test('name_pre_reg_cantsteal: only who preordered it can register it', () =>
  opened({}, [preorder({ by })])
    .whenBlock([register({ by: 'w4', to: by }), register({ by })])
    .thenAnswers(['NOT_PREORDERED', 'accepted']));

test.each<[string, PlannedOperation, string]>([
  ['name_pre_reg_update_sameblock', update({ by }), 'NAME_UNKNOWN'],
  ['name_pre_reg_xfer_sameblock', transfer({ by, to: 'w3' }), 'NAME_UNKNOWN'],
  ['name_pre_reg_revoke_sameblock', revoke({ by }), 'NAME_UNKNOWN'],
  ['name_pre_reg_renew_sameblock', renew({ by }), 'NAME_UNKNOWN'],
])('%s: a name of this block cannot be acted on', (_name, operation, code) =>
  opened({})
    .whenBlock([preorder({ by }), register({ by }), operation])
    .thenAnswers(['accepted', 'accepted', code]),
);

const many = Array.from({ length: 26 }, (_, index) => `name-${index}.test`);
const orders = many.map((name) => preorder({ by, to: 'w3', name }));
const registrations = many.map((name) => register({ by, to: 'w3', name }));

test('name_pre_reg_quota: a 26th name is refused, and so is renewing one of 25 in place', async () => {
  const full = opened({}, orders, registrations.slice(0, 13), registrations.slice(13, 25));
  await when(full, registrations[25] as PlannedOperation).thenRejects('QUOTA_EXCEEDED');
  await when(full, renew({ by: 'w3', name: 'name-0.test' })).thenRejects('QUOTA_EXCEEDED');
  await when(full, renew({ by: 'w3', to: 'w4', name: 'name-0.test' })).thenAccepts();
});

test.each(['name_pre_reg_quota_sameblock', 'name_pre_reg_sameblock_quota'])(
  '%s: 25 registrations of one block count at once',
  async () => {
    const verdicts = many.map((_name, index) => (index < 25 ? 'accepted' : 'QUOTA_EXCEEDED'));
    await opened({}, orders).whenBlock(registrations).thenAnswers(verdicts);
    const next = opened({}, orders, registrations.slice(0, 25));
    await when(next, registrations[25] as PlannedOperation).thenRejects('QUOTA_EXCEEDED');
  },
);

test('name_pre_reg_up_notstale: a consensus hash 24 blocks back is recent, one of 25 is not', async () => {
  const waited = (blocks: number) => owned({ consensusWindow: 24 }, {}, ...empty(blocks));
  await when(waited(18), update({ by })).thenAccepts();
  await when(waited(19), update({ by })).thenRejects('NAME_UNKNOWN');
  await when(waited(19), transfer({ by, to: 'w3' })).thenRejects('CONSENSUS_HASH_STALE');
});

test.each<[string, PlannedOperation, string]>([
  ['name_pre_reg_up_cantforce', update({ by: 'w3' }), 'NAME_UNKNOWN'],
  ['name_pre_reg_xfer_cantforce', transfer({ by: 'w3', to: 'w4' }), 'NOT_OWNER'],
  ['name_pre_reg_renew_cantforce', renew({ by: 'w3' }), 'NOT_OWNER'],
  ['name_pre_reg_revoke_cantforce', revoke({ by: 'w3' }), 'NOT_OWNER'],
])('%s: what somebody else signs is refused', (_name, operation, code) => when(owned(), operation).thenRejects(code));

test('a namespace that was launched is not launched for its first names before that block', () =>
  given(bns(), [...launched().slice(0, 2), [preorder({ by })], [ready()]])
    .whenBlock([register({ by })])
    .thenAnswers(['PREORDER_TOO_EARLY']));
