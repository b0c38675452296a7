import { expect, test } from '@jest/globals';
import {
  type BlockHash,
  type BlockHeader,
  BlockMalformed,
  checkProofOfWork,
  headerHash,
  merkleTree,
  NULL_HASH,
  NULL_TXID,
  parseBlock,
  parseTransaction,
  type Sats,
  serializeBlock,
  serializeHeader,
  serializeTransaction,
  type TransactionFields,
  type Txid,
  treeRoot,
  verifyBlock,
} from './index.ts';

const coinbase: TransactionFields = {
  version: 1,
  inputs: [{ txid: NULL_TXID, index: 0xffffffff, script: Uint8Array.of(1, 1), sequence: 0xffffffff, witness: [] }],
  outputs: [{ value: 5_000_000_000n as Sats, script: Uint8Array.of(0x51) }],
  locktime: 0,
};

function payment(mark: number, scriptLength = 1): TransactionFields {
  const txid = mark.toString(16).padStart(64, '0') as Txid;
  return {
    version: 1,
    inputs: [{ txid, index: 0, script: new Uint8Array(0), sequence: 0, witness: [] }],
    outputs: [{ value: 1n as Sats, script: new Uint8Array(scriptLength).fill(0x51) }],
    locktime: 0,
  };
}

function mined(transactions: readonly TransactionFields[], change: Partial<BlockHeader> = {}): Uint8Array {
  const tree = merkleTree(transactions.map((each) => parseTransaction(serializeTransaction(each)).hash));
  for (let nonce = 0; ; nonce += 1) {
    const header = {
      version: 4,
      previousHash: NULL_HASH,
      merkleRoot: treeRoot(tree),
      time: 1,
      bits: 0x207fffff,
      nonce,
      ...change,
    };
    if (change.nonce !== undefined || checkProofOfWork(headerHash(serializeHeader(header)), 0x207fffff)) {
      return serializeBlock(header, transactions);
    }
  }
}

function problemOf(bytes: Uint8Array, expected: Parameters<typeof verifyBlock>[1] = {}): unknown {
  try {
    verifyBlock(bytes, expected);
    return null;
  } catch (error) {
    return (error as { problem?: unknown }).problem ?? error;
  }
}

test('a good block passes', () => {
  const bytes = mined([coinbase, payment(1), payment(2)]);
  const { hash } = parseBlock(bytes);
  expect(problemOf(bytes, { hash, previousHash: NULL_HASH })).toBeNull();
});

test('each way to be wrong is refused by its own name', () => {
  const good = mined([coinbase, payment(1), payment(2)]);
  const other = '11'.repeat(32) as BlockHash;
  expect(problemOf(good, { hash: other })).toBe('WRONG_BLOCK');
  expect(problemOf(good, { previousHash: other })).toBe('WRONG_PARENT');
  expect(problemOf(mined([coinbase], { bits: 0x1d00ffff, nonce: 1 }))).toBe('NO_PROOF_OF_WORK');
  expect(problemOf(good, { targetMax: 1n })).toBe('NO_PROOF_OF_WORK');
  expect(problemOf(mined([payment(1)]))).toBe('NO_COINBASE');
  expect(problemOf(mined([coinbase, coinbase]))).toBe('SECOND_COINBASE');
  expect(problemOf(mined([coinbase, payment(1, 4)]))).toBe('TRANSACTION_OF_64_BYTES');
  expect(problemOf(mined([coinbase, payment(1), payment(1)]))).toBeNull();
  expect(problemOf(mined([coinbase, payment(1), payment(2), payment(2)]))).toBe('DUPLICATED_TRANSACTIONS');
  expect(problemOf(mined([coinbase], { merkleRoot: '22'.repeat(32) }))).toBe('WRONG_MERKLE_ROOT');
});

test.each([
  ['cut short', (bytes: Uint8Array) => bytes.subarray(0, -1)],
  ['with bytes left over', (bytes: Uint8Array) => Uint8Array.of(...bytes, 0)],
  ['without transactions', (bytes: Uint8Array) => Uint8Array.of(...bytes.subarray(0, 80), 0)],
  ['a header alone', (bytes: Uint8Array) => bytes.subarray(0, 80)],
  [
    'with a count it cannot hold',
    (bytes: Uint8Array) => Uint8Array.of(...bytes.subarray(0, 80), 0xfe, 255, 255, 255, 1),
  ],
  ['nothing', () => new Uint8Array(0)],
])('a block %s is malformed', (_what, damage) => {
  expect(() => parseBlock(damage(mined([coinbase])))).toThrow(BlockMalformed);
});
