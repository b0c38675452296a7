import { expect, test } from '@jest/globals';
import {
  type BlockHash,
  type BlockHeader,
  BlockMalformed,
  checkProofOfWork,
  headerHash,
  hexToBytes,
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
} from '../index.ts';

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
  expect(problemOf(mined([payment(1, 4)]))).toBe('TRANSACTION_OF_64_BYTES');
  expect(problemOf(mined([payment(1), payment(2, 4)]))).toBe('TRANSACTION_OF_64_BYTES');
  expect(problemOf(mined([coinbase, payment(1), payment(1)]))).toBeNull();
  expect(problemOf(mined([coinbase, payment(1), payment(2), payment(2)]))).toBe('DUPLICATED_TRANSACTIONS');
  expect(problemOf(mined([coinbase], { merkleRoot: '22'.repeat(32) }))).toBe('WRONG_MERKLE_ROOT');
});

/** The transactions of 64 bytes that mainnet holds, the last of them in block 419,606 (BIP 53). */
const MAINNET_64_BYTES = [
  [
    '892f44a49de6f5b212cdbea514d09e692d9fed5d897f37bcef14bd0eedebf193',
    '0200000001deb98691723fa71260ffca6ea0a7bc0a63b0a8a366e1b585caad47fb269a2ce401000000030251b201000000010000000000000000016a00000000',
  ],
  [
    'bbf71454857438c6dfd64c0d92a7c5360a8d8d57c9202f5806449e5b0d26b848',
    '01000000010d0afe3d74062ee60c0ec55579d691d8c8af5c04eb97b777157a21a8c5fb143d00000000035101b100000000010000000000000000016a01000000',
  ],
  [
    '6713d61a83e3d095582211ea8d6db452ac7561e863decba7c4046fb9f6d88aa0',
    '02000000011658a33df410379bb512206659910c9fbd0e50bfb732f7be9936558ff036919401000000035101b201000000010000000000000000016a00000000',
  ],
  [
    '7f2efc6546011ad3227b2da678be0d30c7f4b08e2ce57b5edadd437f9e27a612',
    '02000000011a7a4cf262fb7e53e2e6e0b2ef8b763f6ee97d8681ca968d1938418d56e6c38700000000035101b201000000010000000000000000016a00000000',
  ],
  [
    '5302e01dc4b7e34314a34c7c3347107e612b9524be684d388cd4d2ca35ff1ec9',
    '01000000019222bbb054bb9f94571dfe769af5866835f2a97e883959fa757de4064bed8bca01000000035101b100000000010000000000000000016a01000000',
  ],
] as const;

test.each(MAINNET_64_BYTES)('the 64-byte transaction %s of mainnet passes behind a coinbase only', (txid, hex) => {
  const transaction = parseTransaction(hexToBytes(hex));
  expect(transaction.txid).toBe(txid);
  expect(transaction.strippedLength).toBe(64);
  expect(problemOf(mined([coinbase, transaction]))).toBeNull();
  expect(problemOf(mined([coinbase, payment(1), transaction, payment(2)]))).toBeNull();
  expect(problemOf(mined([transaction]))).toBe('TRANSACTION_OF_64_BYTES');
  expect(problemOf(mined([payment(1), transaction]))).toBe('TRANSACTION_OF_64_BYTES');
});

test.each([
  ['an output for anybody to spend (P2A)', '51024e73'],
  ['OP_RETURN and two bytes', '6a026b76'],
])('a segwit spend to %s, 64 bytes when stripped, passes behind a coinbase', (_what, script) => {
  const spend: TransactionFields = {
    ...payment(1),
    inputs: payment(1).inputs.map((input) => ({ ...input, witness: [Uint8Array.of(1)] })),
    outputs: [{ value: 0n as Sats, script: hexToBytes(script) }],
  };
  expect(parseTransaction(serializeTransaction(spend)).strippedLength).toBe(64);
  expect(problemOf(mined([coinbase, spend]))).toBeNull();
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
