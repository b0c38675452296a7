/** Scenarios 42 to 49 of `spec/bns-scenarios.md`, by the names of their files, and which block settles what is paid. */
import { test } from '@jest/globals';
import { given } from '@virtualchain/testing';
import {
  addressOf,
  bns,
  empty,
  FOO_SATOSHIS,
  FOO_TOKENS,
  launched,
  NAMESPACE_TOKENS,
  orderNamespace,
  owned,
  type Paid,
  preorder,
  ready,
  register,
  renew,
  reveal,
  VALUE,
  when,
} from '../kit/bns-steps.ts';

const by = 'w2';
/** What `foo.test` costs in a namespace of version 3. */
const FOO_MICRO_STACKS = 250n * 4n ** 4n * 1733n;

/** A namespace of this version in which `foo.test` is preordered so. */
function ordered(version: number, paid: Paid, parameters: Readonly<Record<string, unknown>> = {}) {
  return given(bns(parameters), [...launched({ version }), [preorder({ by, ...paid })]]);
}

test('name_pre_reg_pay2ns: the fee goes to the address in the record of the namespace', () =>
  when(ordered(2, { burn: 'w0', fee: FOO_SATOSHIS }), register({ by })).thenAccepts());

test('name_pre_reg_pay2ns_fail: paid to the reveal address, the name takes another preorder hash', async () => {
  const wrong = ordered(2, { burn: 'w1' });
  await when(wrong, register({ by })).thenRejects('BURN_ADDRESS_WRONG');
  await when(wrong, preorder({ by, burn: 'w0' })).thenRejects('PREORDER_PENDING');
  await when(wrong.block([preorder({ by, to: 'w3', burn: 'w0' })]), register({ by, to: 'w3' })).thenAccepts();
});

test('name_pre_reg_pay2ns_renew_burn: the creator is paid in the first time, the burn address afterwards', async () => {
  const history = ordered(2, { burn: 'w0' }, { receiveFees: 10 }).block([register({ by })]);
  const late = empty(7).reduce((waited) => waited.block(), history);
  await when(history, renew({ by, burn: 'w0' })).thenAccepts();
  await when(history, renew({ by })).thenRejects('BURN_ADDRESS_WRONG');
  await when(late, renew({ by, burn: 'w0' })).thenRejects('BURN_ADDRESS_WRONG');
  await when(late, renew({ by })).thenAccepts();
});

test.each([1, 2, 3])('name_pre_reg_burns: in a namespace of version %d nobody else is paid', async (version) => {
  const blind = ordered(version, { burn: 'w4' });
  await when(blind, register({ by })).thenRejects('BURN_ADDRESS_WRONG');
  const tokens = preorder({ by, burn: 'w4', tokens: FOO_MICRO_STACKS });
  await when(given(bns(), launched({ version })), tokens).thenRejects('BURN_ADDRESS_WRONG');
});

test.each([
  ['a satoshi', { fee: FOO_SATOSHIS - 1n }],
  ['a micro-Stack', { tokens: FOO_TOKENS - 1n }],
])('name_pre_reg_stacks_v1_insufficient: %s short is found out at the registration', (_what, paid) =>
  when(ordered(1, paid), register({ by })).thenRejects('PAYMENT_TOO_SMALL'),
);

test('name_pre_reg_stacks_v1_selectpayment: where tokens are in the payload, they decide', async () => {
  await when(ordered(1, { fee: FOO_SATOSHIS, tokens: FOO_TOKENS - 1n }), register({ by })).thenRejects(
    'PAYMENT_TOO_SMALL',
  );
  await when(ordered(1, { fee: 1n, tokens: FOO_TOKENS }), register({ by })).thenAccepts({
    names: [{ op_fee: 1n, token_fee: FOO_TOKENS }],
  });
});

test('name_pre_reg_sameblock_stacks_insufficient: names are bought until the balance runs out', () => {
  const accounts = [
    { address: addressOf('w0'), value: `${NAMESPACE_TOKENS}` },
    { address: addressOf(by), value: `${3n * FOO_TOKENS - 1n}` },
  ];
  const pair = (name: string, tokens: bigint) => [preorder({ by, name, tokens }), register({ by, name })];
  return given(bns({ genesisAccounts: accounts }), launched())
    .whenBlock([
      ...pair('foo.test', FOO_TOKENS),
      ...pair('bar.test', FOO_TOKENS),
      ...pair('baz.test', FOO_TOKENS),
      ...pair('bee.test', FOO_TOKENS - 1n),
    ])
    .thenAnswers([
      ...['accepted', 'accepted', 'accepted', 'accepted'],
      ...['BALANCE_TOO_SMALL', 'NOT_PREORDERED', 'accepted', 'PAYMENT_TOO_SMALL'],
    ]);
});

const tokens = FOO_MICRO_STACKS;

test('name_pre_reg_renew_stacks_empty: without an account there is no renewal in a namespace of version 3', () => {
  const history = given(bns(), [...launched({ version: 3 }), [preorder({ by, to: 'poor', tokens })]]);
  const sold = history.block([register({ by, to: 'poor' })]);
  return when(sold, renew({ by: 'poor', value: VALUE, tokens })).thenRejects('ACCOUNT_UNKNOWN');
});

test('name_pre_reg_renew_stacks_wrongburn: nor one that pays another address', async () => {
  const sold = ordered(3, { tokens }).block([register({ by })]);
  await when(sold, renew({ by, value: VALUE, tokens, burn: 'w4' })).thenRejects('BURN_ADDRESS_WRONG');
  await when(sold, renew({ by, value: VALUE, tokens: tokens - 1n })).thenRejects('PAYMENT_TOO_SMALL');
  await when(sold, renew({ by, value: VALUE, tokens })).thenAccepts({
    accounts: [{ address: addressOf(by), debit: 2n * tokens }],
  });
});

test('a name of version 1 is renewed in tokens too', () =>
  when(owned(), renew({ by, fee: 0n, value: VALUE, tokens: FOO_TOKENS })).thenAccepts({
    names: [{ token_fee: FOO_TOKENS, op_fee: 0n }],
  }));

test('whom a name pays is settled by the block of its registration, not by that of its preorder', async () => {
  // Revealed at 102, so the creator is paid up to 105; preordered at 104, registered at 106.
  const early = (burn: string) => ordered(2, { burn, fee: FOO_SATOSHIS }, { receiveFees: 3 });
  await when(early('w0'), register({ by })).thenAccepts();
  await when(early('w0').block(), register({ by })).thenRejects('BURN_ADDRESS_WRONG');
  await when(early('burn'), register({ by })).thenRejects('BURN_ADDRESS_WRONG');
  await when(early('burn').block(), register({ by })).thenAccepts();
});

test('what a name costs is settled by the block of its preorder: cheaper prices of the next epoch do not help', async () => {
  const machine = bns({ epochEnds: [0, 104, 1000, 1001, 1002] });
  const namespace = [[orderNamespace({ tokens: null, fee: 400_000_000n })], [reveal()], [ready()]];
  const paid = (fee: bigint) => given(machine, [...namespace, [preorder({ by, fee })]]);
  await when(paid(FOO_SATOSHIS), register({ by })).thenRejects('PAYMENT_TOO_SMALL');
  await when(paid(10n * FOO_SATOSHIS), register({ by })).thenAccepts();
  await when(
    given(machine, namespace)
      .block()
      .block([preorder({ by, fee: FOO_SATOSHIS })]),
    register({ by }),
  ).thenAccepts();
});
