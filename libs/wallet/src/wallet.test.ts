import { expect, test } from '@jest/globals';
import {
  bytesToHex,
  hexToBytes,
  p2pkhScript,
  parsePrivateKey,
  parseTransaction,
  type Sats,
  serializeTransaction,
  sha256,
  type Txid,
} from '@virtualchain/bitcoin';
import { type NodeRpc, NodeRpcError } from '@virtualchain/node-client';
import { accountKinds, createAccount } from './account.ts';
import { buildOperation, operationScript } from './build.ts';
import type { Coin } from './coins.ts';
import { feeRate } from './fee-rate.ts';
import { decryptKeys, encryptKeys } from './key-file.ts';
import { checkPayload } from './op-return-rule.ts';

const keys = ['a', 'b', 'c'].map((name) => parsePrivateKey(`${bytesToHex(sha256(new TextEncoder().encode(name)))}01`));

/** A node that knows these calls, and answers all others as one that does not have them. */
function node(answers: Readonly<Record<string, unknown>>): NodeRpc {
  return {
    label: 'a node',
    call: async (method: string) => {
      if (method in answers) return answers[method];
      throw new NodeRpcError('a node', method, -32601, 'Method not found');
    },
  } as unknown as NodeRpc;
}

function coinsOf(script: Uint8Array, ...values: readonly bigint[]): readonly Coin[] {
  const transaction = serializeTransaction({
    version: 2,
    locktime: 0,
    inputs: [{ txid: '11'.repeat(32) as Txid, index: 0, script: new Uint8Array(0), sequence: 0, witness: [] }],
    outputs: values.map((value) => ({ value: value as Sats, script })),
  });
  const { txid } = parseTransaction(transaction);
  return values.map((value, index) => {
    return { txid, index, value: value as Sats, script, isMined: true, amountFrom: 'transaction' as const };
  });
}

test.each(accountKinds)(
  '%s: the operation is the first output, the fee is what was asked, the change comes back',
  (kind) => {
    const account = createAccount(
      kind,
      kind === 'p2sh-multisig' ? keys : keys.slice(0, 1),
      'regtest',
      kind === 'p2sh-multisig' ? 2 : 1,
    );
    const data = new TextEncoder().encode('kv+alice');
    const built = buildOperation({ account, coins: coinsOf(account.script, 100_000n), data, feeRate: 5_000n });
    const { outputs, inputs } = built.transaction;
    expect(bytesToHex(outputs[0]?.script ?? new Uint8Array())).toBe(bytesToHex(operationScript(data)));
    expect(outputs).toHaveLength(2);
    expect(bytesToHex(outputs[1]?.script ?? new Uint8Array())).toBe(bytesToHex(account.script));
    expect(outputs.reduce((sum, { value }) => sum + value, 0n) + built.fee).toBe(100_000n);
    expect(inputs).toHaveLength(1);
    expect(Number(built.fee) / built.virtualBytes).toBeGreaterThanOrEqual(5);
    expect(Number(built.fee) / built.virtualBytes).toBeLessThan(5.6);
  },
);

test('change that would be dust goes to the fee, and too few coins are refused with the sums', () => {
  const account = createAccount('p2wpkh', keys.slice(0, 1), 'regtest');
  const data = new Uint8Array(20);
  const { change, transaction } = buildOperation({
    account,
    coins: coinsOf(account.script, 800n),
    data,
    feeRate: 5_000n,
  });
  expect([change, transaction.outputs.length]).toEqual([0n, 1]);
  expect(() => buildOperation({ account, coins: coinsOf(account.script, 300n), data, feeRate: 5_000n })).toThrow(
    /has 300 satoshis in 1 coin; too few for the fee, 5 satoshis per virtual byte/,
  );
});

test.each([
  ['one coin, much left', [100_000n], 1],
  ['several coins', [6_000n, 6_000n, 100_000n], 1],
  ['nothing left but the least', [12_600n], 1],
  ['at the end', [100_000n], 2],
] as const)('change has its place where outputs are counted, and the fee stays: %s', (_what, values, changeIndex) => {
  const account = createAccount('p2pkh', keys.slice(0, 1), 'regtest');
  const burn = { value: 10_000n as Sats, script: p2pkhScript(new Uint8Array(20)) };
  const coins = coinsOf(account.script, ...values);
  const data = new Uint8Array(39);
  const built = buildOperation({ account, coins, data, outputs: [burn], changeIndex, feeRate: 5_000n });
  const { outputs } = built.transaction;
  expect(outputs).toHaveLength(3);
  expect(bytesToHex(outputs[changeIndex]?.script ?? new Uint8Array())).toBe(bytesToHex(account.script));
  expect(outputs[3 - changeIndex]).toMatchObject({ value: 10_000n });
  expect(outputs[changeIndex]?.value).toBe(built.change);
  expect(built.change).toBeGreaterThanOrEqual(546n);
  expect(Number(built.fee) / built.virtualBytes).toBeGreaterThan(4.7);
  if (values[0] !== 12_600n) expect(Number(built.fee) / built.virtualBytes).toBeGreaterThanOrEqual(5);
  if (values[0] !== 12_600n) expect(Number(built.fee) / built.virtualBytes).toBeLessThan(5.6);
});

test('the fee rate is the given one, else the estimate, else the fallback, always within bounds', async () => {
  expect(await feeRate(node({}), { rate: 7_000n })).toEqual({ rate: 7_000n, source: 'given' });
  expect(await feeRate(node({ estimatesmartfee: { feerate: '0.00012345' } }), {})).toEqual({
    rate: 12_345n,
    source: 'node',
  });
  for (const none of [{ errors: ['no data'] }, { feerate: -1 }, { feerate: '0.00000000' }, null])
    expect(await feeRate(node({ estimatesmartfee: none }), { fallback: 3_000n })).toEqual({
      rate: 3_000n,
      source: 'fallback',
    });
  await expect(feeRate(node({}), {})).rejects.toMatchObject({ code: 'FEE_RATE_UNKNOWN' });
  await expect(feeRate(node({}), { rate: 501_000n })).rejects.toMatchObject({ code: 'FEE_RATE_OUT_OF_BOUNDS' });
  await expect(feeRate(node({ estimatesmartfee: { feerate: 1 } }), {})).rejects.toMatchObject({
    code: 'FEE_RATE_OUT_OF_BOUNDS',
    message: expect.stringContaining('100000 satoshis per virtual byte; from 0.001 to 500 are taken'),
  });
});

test('one-too-high: every whole rate from 1 to 500, as a node writes it, is read as that rate and no other', async () => {
  const wrong: unknown[] = [];
  for (let rate = 1; rate <= 500; rate += 1) {
    const feerate = `0.${String(rate * 1_000).padStart(8, '0')}`;
    const read = await feeRate(node({ estimatesmartfee: { feerate } }), {});
    if (read.rate !== BigInt(rate * 1_000)) wrong.push([feerate, read.rate]);
  }
  expect(wrong).toEqual([]);
});

test.each([
  ['0.00000100', 100n],
  ['0.00000123', 123n],
  ['0.00000001', 1n],
])('an estimate below one satoshi per byte, %s, is taken as it is', async (feerate, rate) => {
  const read = await feeRate(node({ estimatesmartfee: { feerate } }), { fallback: 5_000n });
  expect(read).toEqual({ rate, source: 'node' });
});

test.each([100n, 123n, 1_000n, 1_001n, 2_500n])('a rate of %s per 1,000 bytes is what the fee comes to', (rate) => {
  for (const kind of accountKinds) {
    const account = createAccount(kind, keys.slice(0, 1), 'regtest');
    const coins = coinsOf(account.script, 40_000n, 50_000n);
    const { fee, virtualBytes } = buildOperation({ account, coins, data: new Uint8Array(20), feeRate: rate });
    expect(fee * 1_000n).toBeGreaterThanOrEqual(rate * BigInt(virtualBytes));
    expect(Number(fee)).toBeLessThanOrEqual(Math.ceil((Number(rate) * (virtualBytes + 8)) / 1_000));
  }
});

test('an uncompressed key pays as much as was asked, though its inputs are longer than selection counts', () => {
  const [key] = keys;
  const account = createAccount('p2pkh', [{ bytes: key?.bytes ?? new Uint8Array(), isCompressed: false }], 'regtest');
  const coins = coinsOf(account.script, 40_000n);
  const { fee, virtualBytes } = buildOperation({ account, coins, data: new Uint8Array(20), feeRate: 1_000n });
  expect(Number(fee)).toBeGreaterThanOrEqual(virtualBytes);
});

test.each(['p2wpkh', 'p2sh-p2wpkh'] as const)(
  'an uncompressed key, as hex without 01 is, makes no %s account',
  (kind) => {
    const hex = 'ab'.repeat(32);
    expect(() => createAccount(kind, [parsePrivateKey(hex)], 'regtest')).toThrow(
      /compressed key only.*01 after its 64/,
    );
    expect(createAccount(kind, [parsePrivateKey(`${hex}01`)], 'regtest').kind).toBe(kind);
  },
);

test('coins that are not mined yet are spent only where the mined ones do not suffice', () => {
  const account = createAccount('p2wpkh', keys.slice(0, 1), 'regtest');
  const [unmined, mined] = coinsOf(account.script, 90_000n, 30_000n).map((coin, index) => ({
    ...coin,
    isMined: index === 1,
  })) as [Coin, Coin];
  const plan = { account, coins: [unmined, mined], data: new Uint8Array(20), feeRate: 1_000n };
  expect(buildOperation(plan).spent).toEqual([mined]);
  const burn = { value: 50_000n as Sats, script: p2pkhScript(new Uint8Array(20)) };
  expect(buildOperation({ ...plan, outputs: [burn] }).spent).toContainEqual(unmined);
});

test.each([
  [[], undefined, /^\S+ has no coins that can be spent; it has to pay the fee, 1\.5 satoshis per virtual byte$/],
  [[], '2 coinbases not mature yet', /has no coins that can be spent \(2 coinbases not mature yet\); it has to pay/],
  [[1n], undefined, /has 1 satoshi in 1 coin; too few for the fee/],
  [[100n, 100n], undefined, /has 200 satoshis in 2 coins; too few for the fee/],
])('too few coins are told in sentences: %s %s', (values, leftOut, words) => {
  const account = createAccount('p2wpkh', keys.slice(0, 1), 'regtest');
  const coins = values.length === 0 ? [] : coinsOf(account.script, ...values);
  const plan = { account, coins, data: new Uint8Array(20), feeRate: 1_500n };
  expect(() => buildOperation(leftOut === undefined ? plan : { ...plan, leftOut })).toThrow(words);
});

test('a payload is as long as the node asked relays, and 83 bytes of script where it does not say', async () => {
  const script = (length: number): Uint8Array => operationScript(new Uint8Array(length));
  await checkPayload(node({}), script(80));
  await expect(checkPayload(node({}), script(81))).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LONG' });
  await checkPayload(node({ getmempoolinfo: { maxdatacarriersize: 100_000 } }), script(5_000));
});

test('keys survive their encrypted file, and only the password opens it', () => {
  const file = encryptKeys(keys, 'open sesame');
  expect(decryptKeys(file, 'open sesame')).toEqual(keys);
  for (const key of keys) expect(file).not.toContain(bytesToHex(key.bytes));
  expect(() => decryptKeys(file, 'open')).toThrow(/does not open/);
  expect(() => decryptKeys('{}', 'open sesame')).toThrow(/no key file/);
  expect(hexToBytes(JSON.parse(file).salt)).toHaveLength(16);
});
