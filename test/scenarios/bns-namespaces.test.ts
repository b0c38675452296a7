/** Scenarios 1 to 14 of `spec/bns-scenarios.md`, by the names of their files. */
import { expect, test } from '@jest/globals';
import { childPublicKeys, concatBytes, hash160, p2pkhScript } from '@virtualchain/bitcoin';
import { MemoryFold } from '@virtualchain/machine';
import { bnsChain, OPCODES } from '@virtualchain/machine-bns';
import { given, historyOf, type PlannedBlock, type PlannedOperation, senderPublicKey } from '@virtualchain/testing';
import {
  addressOf,
  bns,
  empty,
  importName,
  launched,
  NAMESPACE_TOKENS,
  orderNamespace,
  owned,
  pays,
  preorder,
  ready,
  register,
  reveal,
  scriptHex,
  update,
  when,
} from '../kit/bns-steps.ts';

const ordered = [[orderNamespace()]];
async function foldOf(blocks: readonly PlannedBlock[]): Promise<MemoryFold> {
  const fold = await MemoryFold.open(bns().machine);
  for (const input of historyOf(bns(), blocks).inputs) await fold.connect(input);
  return fold;
}

const revealed = [...ordered, [reveal()]];

test('namespace_preorder: is pending, and of its sender', () =>
  when(given(bns()), orderNamespace()).thenAccepts({ preorders: [{ op: '*', address: addressOf('w0') }] }));

test('namespace_preorder_burn: another burn address is refused, the right one then accepted', async () => {
  const wrong = orderNamespace({ burn: 'w3' });
  await given(bns()).whenBlock([wrong]).thenAnswers(['BURN_ADDRESS_WRONG']);
  await when(given(bns(), [[wrong], [orderNamespace()]]), reveal()).thenAccepts({ namespaces: [{ op: '&' }] });
});

test('namespace_preorder_expire: the rows list one younger than 144 blocks, and by the rules the old one still reveals', async () => {
  const fold = await foldOf([...ordered, ...empty(145), [orderNamespace({ by: 'w2', to: 'w3' })]]);
  const rows = fold.state.dump('preorders') as readonly { readonly block_number: number; readonly address: string }[];
  expect(rows).toHaveLength(2);
  const young = rows.filter(({ block_number }) => block_number + 144 > fold.height);
  expect(young).toMatchObject([{ address: addressOf('w2'), block_number: 247 }]);
  await when(given(bns(), [...ordered, ...empty(145)]), reveal()).thenAccepts({ namespaces: [{ block_number: 101 }] });
});

test.each([
  ['test 52595 256 4 6543210000000000 10 10 1'],
  ['test 52595 -1 4 6543210000000000 10 10 1'],
  ['test 52595 250 -1 6543210000000000 10 10 1'],
  ['test 52595 250 4 g543210000000000 10 10 1'],
  ['test 52595 250 4 -543210000000000 10 10 1'],
  ['test 52595 250 4 6543210000000000 0 10 1'],
  ['test 52595 250 4 6543210000000000 10 16 1'],
])('namespace_preorder_reveal_badinput: %s is refused before it is sent', (words) => {
  const codec = bnsChain({}).operations.get(OPCODES.namespaceReveal);
  expect(codec?.encode?.(words.split(' ')).kind).toBe('problem');
  expect(codec?.encode?.('test 52595 250 4 6543210000000000 10 10 1'.split(' ')).kind).toBe('payload');
});

test('namespace_preorder_reveal_nodups: two reveals of one block are both refused', () =>
  given(bns(), [[orderNamespace(), orderNamespace({ by: 'w2', to: 'w3' })]])
    .whenBlock([reveal(), reveal({ by: 'w2', to: 'w3' })])
    .thenAnswers(['NAMESPACE_COLLISION', 'NAMESPACE_COLLISION']));

test('namespace_preorder_reveal_ready_nodups: nobody else reveals it, and nobody again', async () => {
  await given(bns(), ordered)
    .whenBlock([reveal({ by: 'w2' })])
    .thenAnswers(['NOT_PREORDERED']);
  await given(bns(), launched())
    .whenBlock([orderNamespace({ by: 'w2', to: 'w3' }), reveal({ by: 'w2', to: 'w3' }), ready(), ready({ by: 'w3' })])
    .thenAnswers(['accepted', 'NAMESPACE_READY', 'NAMESPACE_NOT_REVEALED', 'NAMESPACE_NOT_REVEALED']);
  await given(bns(), launched()).whenBlock([orderNamespace(), reveal()]).thenAnswers(['accepted', 'NAMESPACE_READY']);
});

test('namespace_preorder_reveal_expire: is launched in the window or not at all', async () => {
  const short = bns({ revealWindow: 10 });
  await when(given(short, [...revealed, ...empty(9)]), ready()).thenAccepts();
  await when(given(short, [...revealed, ...empty(10)]), ready()).thenRejects('NAMESPACE_NOT_REVEALED');
});

test.each(['namespace_preorder_reveal_expire_multi', 'namespace_pre_reveal_imp_expire_pre_reveal_imp'])(
  '%s: an expired namespace is bought again, and keeps its first block',
  async (name) => {
    const imports = name.includes('imp') ? [[importName({ by: 'w1' })]] : [[]];
    const again = [[orderNamespace({ to: 'w2' })], [reveal({ to: 'w2' })]];
    const history = given(bns({ revealWindow: 5 }), [...revealed, ...imports, ...empty(5), ...again, ...empty(6)]);
    const third = history.block([orderNamespace({ to: 'w3' })]);
    await when(third, reveal({ to: 'w3' })).thenAccepts({
      namespaces: [{ block_number: 101, recipient_address: addressOf('w3') }],
    });
    await when(history.block([orderNamespace({ to: 'w3', fee: 7_000n })]), reveal({ to: 'w3' })).thenRejects(
      'NAMESPACE_FEE_CHANGED',
    );
    await when(history.block([orderNamespace({ to: 'w2' })]), reveal({ to: 'w2' })).thenRejects('NOT_PREORDERED');
  },
);

test('namespace_preorder_reveal_import_onlyimporter: only the launch address imports', () =>
  given(bns(), [...revealed, [importName({ by: 'w2' }), importName({ by: 'w3' }), importName({ by: 'w4' })]])
    .block([importName({ by: 'w1', to: 'w2' }), importName({ by: 'w3' })])
    .whenBlock([importName({ by: 'w3' }), ready()])
    .thenAnswers(['NOT_IMPORTER', 'accepted'], { names: [{ name: 'foo.test', importer: scriptHex('w1') }] }));

/** An import signed by child `index` of w1's key. */
function childImport(index: number, to: string): PlannedOperation {
  const key = childPublicKeys(senderPublicKey('w1'), index + 1)[index] as Uint8Array;
  const inputScript = concatBytes(Uint8Array.of(1, 0, 33), key);
  return { ...importName({ by: 'w1', to }), spends: p2pkhScript(hash160(key)), inputScript };
}

test('namespace_preorder_reveal_import_multi_multikey_ready: derived keys import, and the last import wins', () =>
  given(bns(), revealed)
    .block([importName({ by: 'w1' })])
    .block([childImport(2, 'w3')])
    .whenBlock([childImport(1, 'w4'), childImport(300, 'w2'), ready()])
    .thenAnswers(['accepted', 'NOT_IMPORTER', 'accepted'], {
      names: [{ name: 'foo.test', address: addressOf('w4'), first_registered: 103 }],
    }));

test('namespace_preorder_reveal_import_ready_sameblock: imports before the launch of their block stay', () =>
  given(bns(), revealed)
    .whenBlock([
      ...['a.test', 'b.test', 'c.test'].map((name) => importName({ by: 'w1', name })),
      ready(),
      importName({ by: 'w1', name: 'd.test' }),
    ])
    .thenAnswers(['accepted', 'accepted', 'accepted', 'accepted', 'NAMESPACE_NOT_REVEALED']));

test('namespace_preorder_reveal_import_multi_ready_quota: imports know no quota, what follows does', () => {
  const imports = (to: string, count: number) =>
    Array.from({ length: count }, (_, index) => importName({ by: 'w1', to, name: `${to}-${index}.test` }));
  return given(bns(), revealed)
    .block([...imports('w3', 25), ...imports('w4', 26)])
    .block([ready()])
    .block([preorder({ by: 'w2', to: 'w3' })])
    .whenBlock([
      register({ by: 'w2', to: 'w3' }),
      update({ by: 'w3', name: 'w3-0.test' }),
      update({ by: 'w4', name: 'w4-0.test' }),
    ])
    .thenAnswers(['QUOTA_EXCEEDED', 'accepted', 'QUOTA_EXCEEDED']);
});

test('namespace_preorder_reveal_p2sh: a p2sh script launches, but has no key to import with', () =>
  given(bns(), [[orderNamespace({ to: 'multi1' })], [reveal({ to: 'multi1' })]])
    .whenBlock([importName({ by: 'multi1' }), ready({ by: 'multi1' })])
    .thenAnswers(['PUBLIC_KEY_UNKNOWN', 'accepted']));

test.each(['namespace_preorder_segwit_bech32', 'namespace_preorder_reveal_segwit_bech32'])(
  '%s: a bech32 output among those that count is refused',
  (name) => {
    const bech32 = { script: Uint8Array.of(0, 20, ...new Uint8Array(20)), value: 5_500n };
    const order = { ...orderNamespace(), outputs: [bech32, pays('burn')] };
    const show = { ...reveal(), outputs: [bech32, pays('w0')] };
    const history = given(bns(), name.includes('reveal') ? ordered : []);
    return history.whenBlock([name.includes('reveal') ? show : order]).thenAnswers(['OUTPUT_UNSUPPORTED']);
  },
);

test('namespaces cost what their length says, in tokens that the preorder burns for good', async () => {
  await when(given(bns(), [[orderNamespace({ tokens: NAMESPACE_TOKENS - 1n })]]), reveal()).thenRejects(
    'PAYMENT_TOO_SMALL',
  );
  await when(owned(), orderNamespace({ by: 'poor' })).thenRejects('ACCOUNT_UNKNOWN');
  await when(owned(), orderNamespace({ id: 'more' })).thenAccepts({
    accounts: [{ address: addressOf('w0'), debit: 2n * NAMESPACE_TOKENS }],
  });
});
