import { expect, test } from '@jest/globals';
import {
  bytesToHex,
  hexToBytes,
  NULL_TXID,
  parseTransaction,
  serializeTransaction,
  type TransactionFields,
  TransactionMalformed,
} from '../index.ts';

/** The first example of BIP143, signed: one input without and one with a witness. */
const BIP143_SIGNED =
  '01000000000102fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f00000000494830450221008b9d1dc26ba6a9cb62127b02742fa9d754cd3bebf337f7a55d114c8e5cdd30be022040529b194ba3f9281a99f2b1c0a19c0489bc22ede944ccf4ecbab4cc618ef3ed01eeffffffef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff02202cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac000247304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a0220573a954c4518331561406f90300e8f3358f51928d43c212a8caed02de67eebee0121025476c2e83188368da1ff3e292e7acafcdb3566bb0ad253f62fc70f07aeee635711000000';

test('a segwit transaction has the txid of its stripped bytes', () => {
  const transaction = parseTransaction(hexToBytes(BIP143_SIGNED));
  expect(transaction.txid).toBe('e8151a2af31c368a35053ddd4bdb285a8595c769a3ad83e0fa02314a602d4609');
  expect(transaction.wtxid).not.toBe(transaction.txid);
  expect(transaction.isSegwit).toBe(true);
  expect(transaction.inputs.map(({ witness }) => witness.length)).toEqual([0, 2]);
  expect(transaction.outputs.map(({ value }) => value)).toEqual([112340000n, 223450000n]);
  expect(transaction.locktime).toBe(17);
  expect(transaction.strippedLength).toBe(transaction.strippedBytes.length);
  expect(bytesToHex(serializeTransaction(transaction))).toBe(BIP143_SIGNED);
  expect(parseTransaction(transaction.strippedBytes).txid).toBe(transaction.txid);
});

const input = `${'11'.repeat(32)}0000000000ffffffff`;
const output = '000000000000000000';

test.each([
  ['nothing at all', ''],
  ['a version alone', '01000000'],
  ['an input cut short', `0100000001${input.slice(0, 40)}`],
  ['no locktime', `0100000001${input}01${output}`],
  ['a byte after the locktime', `0100000001${input}01${output}0000000000`],
  ['a count above what any message can hold', '01000000feffffffff'],
  ['a count not in its shortest form', `01000000fd0100${input}01${output}00000000`],
  ['an unknown flag', `010000000002${'00'.repeat(10)}`],
  ['a witness section without a witness', `01000000000101${input}01${output}0000000000`],
  ['a script longer than the bytes', `0100000001${'11'.repeat(32)}00000000fdffff`],
])('%s is refused by name', (_what, hex) => {
  expect(() => parseTransaction(hexToBytes(hex))).toThrow(TransactionMalformed);
});

test('a transaction without inputs and outputs parses, as in Core', () => {
  expect(parseTransaction(hexToBytes('01000000000000000000')).outputs).toEqual([]);
});

test('a coinbase is known by its null outpoint', () => {
  const coinbase: TransactionFields = {
    version: 1,
    inputs: [{ txid: NULL_TXID, index: 0xffffffff, script: Uint8Array.of(1, 1), sequence: 0xffffffff, witness: [] }],
    outputs: [],
    locktime: 0,
  };
  expect(parseTransaction(serializeTransaction(coinbase)).isCoinbase).toBe(true);
  const inputs = coinbase.inputs.map((each) => ({ ...each, index: 0 }));
  expect(parseTransaction(serializeTransaction({ ...coinbase, inputs })).isCoinbase).toBe(false);
});
