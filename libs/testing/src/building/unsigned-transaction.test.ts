import { expect, test } from '@jest/globals';
import { parseBlock, parseTransaction } from '@virtualchain/bitcoin';
import { buildChain, coinTransaction, fundingAmong, spendingTransaction } from '../index.ts';

const anyone = Uint8Array.of(0x51);
const cutShort = Uint8Array.of(0x6a, 0x4c);

test('a spend names its funding, and reads back as it was planned, malformed scripts included', () => {
  const coin = coinTransaction([{ value: 5n, script: anyone }], 'one');
  const spend = spendingTransaction({
    spends: [{ transaction: coin }],
    outputs: [{ value: 4n, script: cutShort }],
    version: 1,
    locktime: 7,
  });
  const read = parseTransaction(spend.bytes);
  expect(read).toMatchObject({ version: 1, locktime: 7, outputs: [{ value: 4n, script: cutShort }] });
  expect(read.inputs).toMatchObject([{ txid: coin.txid, index: 0 }]);
});

test('coins of one salt are one coin', () => {
  const outputs = [{ value: 5n, script: anyone }];
  expect(coinTransaction(outputs, 'one').txid).toBe(coinTransaction(outputs, 'one').txid);
  expect(coinTransaction(outputs, 'one').txid).not.toBe(coinTransaction(outputs, 'two').txid);
});

test('funding is found in blocks and beside them, and nowhere else', () => {
  const [mined, beside, unknown] = ['mined', 'beside', 'unknown'].map((salt) => coinTransaction([], salt));
  if (mined === undefined || beside === undefined || unknown === undefined) throw new RangeError('three coins');
  const chain = buildChain({ to: 2, transactions: (height) => (height === 2 ? [mined.bytes] : []) });
  const funding = fundingAmong(chain, [beside]);
  const coinbase = parseBlock(chain[1]?.bytes ?? new Uint8Array(0)).transactions[0];
  expect(funding(mined.txid)?.bytes).toEqual(mined.bytes);
  expect(funding(beside.txid)).toBe(beside);
  expect(coinbase && funding(coinbase.txid)?.isCoinbase).toBe(true);
  expect(funding(unknown.txid)).toBeUndefined();
});
