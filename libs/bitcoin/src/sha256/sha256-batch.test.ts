import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import {
  bytesToHex,
  merkleTree,
  merkleTreeOfHashes,
  NULL_HASH,
  parseBlock,
  type Sats,
  serializeBlock,
  type TransactionFields,
  type Txid,
  treeRoot,
} from '../index.ts';
import { sha256Batch } from './sha256-batch.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
const hashOf = (index: number): Uint8Array => Uint8Array.from(sha256(Uint8Array.of(index & 255, index >> 8)));

/** Of so many bytes, with or without a witness. */
function transactionOf(bytes: number, witness: readonly Uint8Array[]): TransactionFields {
  const script = new Uint8Array(bytes).fill(bytes);
  return {
    version: 2,
    inputs: [{ txid: 'ab'.repeat(32) as Txid, index: 0, script: new Uint8Array(0), sequence: 1, witness }],
    outputs: [{ value: 1n as Sats, script }],
    locktime: 0x01020304,
  };
}

function blockOf(transactions: readonly TransactionFields[]) {
  const header = { version: 4, previousHash: NULL_HASH, merkleRoot: NULL_HASH, time: 1, bits: 0x207fffff, nonce: 0 };
  return parseBlock(serializeBlock(header, transactions));
}

test('this host has it', () => expect(sha256Batch()).not.toBeNull());

test.each([
  ['of every length around the edges of blocks', Array.from({ length: 200 }, (_, at) => at)],
  ['far apart in length', [0, 3_000, 7, 1_900, 2_000, 250, 0, 60_000, 1, 2, 300_000, 3, 4, 5, 6, 1_990, 1_991, 1_992]],
  ['more than one call takes', new Array<number>(2_500).fill(190)],
])('transactions %s have the txids that Node gives them', (_what, lengths) => {
  const witnesses = [[], [new Uint8Array(70)], [new Uint8Array(0), new Uint8Array(200_000)]];
  const block = blockOf(
    lengths.map((length, at) => transactionOf(length, witnesses[at % 997 === 5 ? 2 : at % 2] ?? [])),
  );
  const hashes = block.transactions.map(({ strippedBytes }) => bytesToHex(sha256(sha256(strippedBytes))));
  expect(lengths.map((_, at) => bytesToHex(block.hashes.subarray(32 * at, 32 * at + 32)))).toEqual(hashes);
});

test.each([1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 100, 4_095, 4_097, 5_001])(
  'a tree of %i hashes is that of its leaves',
  (count) => {
    const leaves = Array.from({ length: count }, (_, index) => hashOf(index));
    const [packed, plain] = [
      merkleTreeOfHashes(Uint8Array.from(leaves.flatMap((leaf) => [...leaf]))),
      merkleTree(leaves),
    ];
    expect(packed.widths).toEqual(plain.widths);
    expect(treeRoot(packed)).toBe(treeRoot(plain));
    expect(packed.isMalleable).toBe(false);
    plain.widths.forEach((width, row) => {
      for (const place of [0, width >> 1, width - 1]) expect(packed.node(row, place)).toEqual(plain.node(row, place));
    });
  },
);

test('equal neighbours are found in a row of any width, and only those that are joined', () => {
  for (const count of [2, 3, 8, 9, 64]) {
    for (let left = 0; left + 1 < count; left += 1) {
      const leaves = Array.from({ length: count }, (_, index) => hashOf(index === left + 1 ? left : index));
      const tree = merkleTreeOfHashes(Uint8Array.from(leaves.flatMap((leaf) => [...leaf])));
      expect(tree.isMalleable).toBe(left % 2 === 0);
      expect(tree.isMalleable).toBe(merkleTree(leaves).isMalleable);
    }
  }
});
