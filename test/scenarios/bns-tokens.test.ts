/** Scenarios 50 to 58 of `spec/bns-scenarios.md`, by the names of their files. */
import { expect, test } from '@jest/globals';
import { hexToBytes } from '@virtualchain/bitcoin';
import { announcePayload, bnsChain } from '@virtualchain/machine-bns';
import { given, type PlannedOperation } from '@virtualchain/testing';
import {
  addressOf,
  bns,
  empty,
  FOO_TOKENS,
  launched,
  opened,
  owned,
  pays,
  preorder,
  register,
  scriptOf,
  sendTokens,
  step,
  when,
} from '../kit/bns-steps.ts';

const NO_HASH = '00'.repeat(16);
const funded = (accounts: readonly object[], parameters: object = {}) =>
  bns({ genesisAccounts: accounts, ...parameters });
const account = (who: string, value: bigint, more: object = {}) => ({
  address: addressOf(who),
  value: `${value}`,
  ...more,
});

test.each<[string, PlannedOperation, string]>([
  ['to oneself', sendTokens('w0', 'w0', 1n), 'RECIPIENT_IS_SENDER'],
  ['too much', sendTokens('w0', 'w1', 10n ** 15n + 1n), 'BALANCE_TOO_SMALL'],
  ['an unknown unit', sendTokens('w0', 'w1', 1n, { unit: 'stacks' }), 'ACCOUNT_UNKNOWN'],
  ['no unit', sendTokens('w0', 'w1', 1n, { unit: '' }), 'ACCOUNT_UNKNOWN'],
  ['a bad consensus hash', sendTokens('w0', 'w1', 1n, { consensusHash: 'ab'.repeat(16) }), 'CONSENSUS_HASH_STALE'],
  ['no account', sendTokens('poor', 'w1', 1n), 'ACCOUNT_UNKNOWN'],
  ['nothing', sendTokens('w0', 'w1', 0n), 'AMOUNT_ZERO'],
])('stacks_sendtokens_invalid: %s', (_what, operation, code) => when(given(bns()), operation).thenRejects(code));

test('stacks_sendtokens_consensus_hash_optional: from epoch 5 on it may be all zero', async () => {
  const machine = bns({ epochEnds: [0, 0, 0, 101, 1000] });
  const sent = sendTokens('w0', 'w1', 1n, { consensusHash: NO_HASH });
  await when(given(machine), sent).thenRejects('CONSENSUS_HASH_STALE');
  await when(given(machine, empty(1)), sent).thenAccepts();
});

test('stacks_sendtokens_transfer_lockup: nothing is sent below the height of the lock', async () => {
  const machine = funded([account('w0', 10n, { lock: 105 })]);
  await when(given(machine, empty(3)), sendTokens('w0', 'w1', 1n)).thenRejects('ACCOUNT_LOCKED');
  await when(given(machine, empty(4)), sendTokens('w0', 'w1', 1n)).thenAccepts({
    accounts: [{ address: addressOf('w1'), credit: 1n, receive_whitelisted: true }],
  });
});

test('stacks_sendtokens_recv_whitelist: an account that may not receive does not', () =>
  when(
    given(funded([account('w0', 10n), account('w1', 10n, { receiveWhitelisted: false })])),
    sendTokens('w0', 'w1', 1n),
  ).thenRejects('RECIPIENT_NOT_WHITELISTED'));

test('stacks_sendtokens_chain_sameblock: tokens go round a ring within one block', () => {
  const ring = ['w0', 'w1', 'w2', 'w3', 'w4', 'w0'];
  const hops = ring.slice(1).map((to, index) => sendTokens(ring[index] ?? '', to, 100n));
  return given(funded([account('w0', 100n)]))
    .whenBlock(hops)
    .thenAnswers(
      hops.map(() => 'accepted'),
      { accounts: [{ address: addressOf('w0'), credit: 200n, debit: 100n }] },
    );
});

test('stacks_vest_early: what vests in a block is spent in it, on names even under a lock', async () => {
  const vesting = { 104: `${FOO_TOKENS}`, 105: `${FOO_TOKENS}` };
  const machine = funded([account('w0', 10n ** 12n), account('w2', 0n, { lock: 1000, vesting })]);
  const buys = preorder({ by: 'w2', tokens: FOO_TOKENS });
  await when(given(machine, launched().slice(0, 2)), buys).thenRejects('BALANCE_TOO_SMALL');
  const bought = given(machine, [...launched(), [buys]]);
  await bought
    .whenBlock([register({ by: 'w2' }), preorder({ by: 'w2', name: 'bar.test', tokens: FOO_TOKENS })])
    .thenAnswers(['accepted', 'accepted']);
  await when(bought, sendTokens('w2', 'w3', 1n)).thenRejects('ACCOUNT_LOCKED');
});

const EMPTY_OPS_HASH = '5df6e0e2761359d30a8275058e299fcc0381534545f55cf43e41983f5d4c9456';

test.each(['virtualchain_bad_opcodes', 'stacks_bad_transactions'])(
  '%s: what is no operation is ignored, and the block is an empty one',
  async () => {
    const bytes = (hex: string) => hexToBytes(hex);
    const read = opened({}).whenBlock([
      step('w0', '', bytes(''), [pays('w0')]),
      step('w0', 'Z', bytes('00'), [pays('w0')]),
      step('w0', '+', bytes('00'.repeat(35)), [pays('w0')]),
      step('w0', '~', bytes('c3a9002e74657374'), [pays('w0')]),
      step('w0', ':', bytes('ff'.repeat(300)), [pays('w0')]),
      step('w0', '$', bytes(`${'00'.repeat(16)}c3a9${'00'.repeat(25)}`), [pays('w0')]),
      step('w0', '?', bytes(`${'00'.repeat(44)}5300${'53'.repeat(17)}`), [pays('w0'), pays('burn')]),
    ]);
    await read.thenAnswers([
      ...['OPCODE_MISSING', 'OPCODE_UNKNOWN', 'PAYLOAD_LENGTH', 'NAME_INVALID', 'PAYLOAD_LENGTH'],
      ...['UNIT_MALFORMED', 'UNIT_MALFORMED'],
    ]);
    const block = await read.folded();
    expect(block.opsHash).toBe(EMPTY_OPS_HASH);
    for (const { verdict } of block.outcomes) expect(JSON.stringify(verdict)).toMatch(/^[ -~]*$/);
  },
);

const name = Buffer.from('foo.test').toString('hex');
const padded = name.padEnd(74, '0');
const tables: readonly (readonly [string, string, boolean])[] = [
  ['*', '00'.repeat(44), true],
  ['*', '00'.repeat(36), false],
  ['&', '0000cd73fa046543210000000000aa000174657374', true],
  ['&', '0000cd73fa046543210000000000aa000154455354', false],
  ['!', '2e74657374', true],
  ['!', '74657374', false],
  ['!', `2e${'61'.repeat(20)}`, false],
  [';', name, true],
  [';', padded, false],
  [';', `${name}0a`, false],
  ['?', '00'.repeat(36), true],
  ['?', '00'.repeat(63), true],
  ['?', '00'.repeat(44), false],
  [':', name, true],
  [':', padded, false],
  [':', `${padded}${'00'.repeat(20)}`, true],
  [':', `${padded}${'00'.repeat(28)}`, true],
  [':', `${padded}${'00'.repeat(29)}`, false],
  ['+', '00'.repeat(36), true],
  ['+', '00'.repeat(37), false],
  ['>', `3e${'00'.repeat(32)}`, true],
  ['>', `21${'00'.repeat(32)}`, false],
  ['~', name, true],
  ['~', '612e', false],
  ['#', '00'.repeat(20), true],
  ['#', '00'.repeat(19), false],
  ['$', '00'.repeat(43), true],
  ['$', '00'.repeat(42), false],
];

test.each(tables)('nameop_parsing, nameop_parsing_stacks: %s %s reads: %s', (opcode, payload, isRead) => {
  const codec = bnsChain({}).operations.get(opcode.charCodeAt(0));
  expect(codec?.decode(hexToBytes(payload)).kind).toBe(isRead ? 'decoded' : 'problem');
});

test('name_pre_reg_announce: only the owners of a few names are heard, and nothing changes', async () => {
  const says = (who: string) => step(who, '#', announcePayload({ messageHash: '33'.repeat(20) }), [pays(who)]);
  const history = owned({ announcers: ['foo.test'] });
  const announced = history.whenBlock([says('w2'), says('w3')]);
  await announced.thenAnswers(['accepted', 'NOT_ANNOUNCER']);
  const block = await announced.folded();
  expect(block.changes).toEqual([]);
  expect(block.opsHash).toBe(EMPTY_OPS_HASH);
  expect(scriptOf('w2')).toHaveLength(25);
});
