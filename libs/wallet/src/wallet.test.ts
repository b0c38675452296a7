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
  return values.map((value, index) => ({ txid, index, value: value as Sats, script, transaction }));
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
    const built = buildOperation({ account, coins: coinsOf(account.script, 100_000n), data, feeRate: 5 });
    const { outputs, inputs } = built.transaction;
    expect(bytesToHex(outputs[0]?.script ?? new Uint8Array())).toBe(bytesToHex(operationScript(data)));
    expect(outputs).toHaveLength(2);
    expect(bytesToHex(outputs[1]?.script ?? new Uint8Array())).toBe(bytesToHex(account.script));
    expect(outputs.reduce((sum, { value }) => sum + value, 0n) + built.fee).toBe(100_000n);
    expect(inputs).toHaveLength(1);
    expect(Number(built.fee) / built.virtualBytes).toBeGreaterThan(4.7);
    expect(Number(built.fee) / built.virtualBytes).toBeLessThan(5.6);
  },
);

test('change that would be dust goes to the fee, and too few coins are refused with the sums', () => {
  const account = createAccount('p2wpkh', keys.slice(0, 1), 'regtest');
  const data = new Uint8Array(20);
  const { change, transaction } = buildOperation({ account, coins: coinsOf(account.script, 800n), data, feeRate: 5 });
  expect([change, transaction.outputs.length]).toEqual([0n, 1]);
  expect(() => buildOperation({ account, coins: coinsOf(account.script, 300n), data, feeRate: 5 })).toThrow(
    /300 satoshis in 1 coins/,
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
  const built = buildOperation({ account, coins, data, outputs: [burn], changeIndex, feeRate: 5 });
  const { outputs } = built.transaction;
  expect(outputs).toHaveLength(3);
  expect(bytesToHex(outputs[changeIndex]?.script ?? new Uint8Array())).toBe(bytesToHex(account.script));
  expect(outputs[3 - changeIndex]).toMatchObject({ value: 10_000n });
  expect(outputs[changeIndex]?.value).toBe(built.change);
  expect(built.change).toBeGreaterThanOrEqual(546n);
  expect(Number(built.fee) / built.virtualBytes).toBeGreaterThan(4.7);
  if (values[0] !== 12_600n) expect(Number(built.fee) / built.virtualBytes).toBeLessThan(5.6);
});

test('the fee rate is the given one, else the estimate, else the fallback, always within bounds', async () => {
  expect(await feeRate(node({}), { rate: 7 })).toEqual({ rate: 7, source: 'given' });
  expect(await feeRate(node({ estimatesmartfee: { feerate: '0.00012345' } }), {})).toEqual({
    rate: 13,
    source: 'node',
  });
  expect(await feeRate(node({ estimatesmartfee: { errors: ['no data'] } }), { fallback: 3 })).toEqual({
    rate: 3,
    source: 'fallback',
  });
  await expect(feeRate(node({}), {})).rejects.toMatchObject({ code: 'FEE_RATE_UNKNOWN' });
  await expect(feeRate(node({}), { rate: 501 })).rejects.toMatchObject({ code: 'FEE_RATE_OUT_OF_BOUNDS' });
  await expect(feeRate(node({ estimatesmartfee: { feerate: 1 } }), {})).rejects.toMatchObject({
    code: 'FEE_RATE_OUT_OF_BOUNDS',
  });
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
