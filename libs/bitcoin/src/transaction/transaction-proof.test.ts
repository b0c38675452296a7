import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  checkTransactionProof,
  hexToBytes,
  type MerkleStep,
  merklePathAt,
  merkleTreeOfHex,
  parseTransaction,
  type Sats,
  serializeMerklePath,
  serializeTransaction,
  type Txid,
  treeRoot,
  verifyMerklePath,
} from '../index.ts';

function payment(mark: number): Uint8Array {
  const input = { txid: '11'.repeat(32) as Txid, index: mark, script: hexToBytes('aabb'), sequence: 0, witness: [] };
  return serializeTransaction({
    version: 1,
    inputs: [input],
    outputs: [{ value: BigInt(mark) as Sats, script: hexToBytes('51') }],
    locktime: 0,
  });
}

const blocks = fc.integer({ min: 1, max: 30 }).map((count) => {
  const transactions = Array.from({ length: count }, (_, mark) => payment(mark));
  const tree = merkleTreeOfHex(transactions.map((bytes) => parseTransaction(bytes).txid));
  return { transactions, tree, root: treeRoot(tree) };
});

test('every transaction of a block is proved, with its place', () =>
  fc.assert(
    fc.property(blocks, ({ transactions, tree, root }) => {
      transactions.forEach((transaction, index) => {
        const merklePath = serializeMerklePath(merklePathAt(tree, index));
        const proven = checkTransactionProof({ transaction, merklePath }, root);
        expect(proven?.index).toBe(index);
        expect(proven?.transaction.txid).toBe(parseTransaction(transaction).txid);
      });
    }),
    { numRuns: 20 },
  ));

const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.map((byte, at) => (at === (bit >> 3) % bytes.length ? byte ^ (1 << (bit & 7)) : byte));

test('any flipped bit of transaction, path or root fails', () =>
  fc.assert(
    fc.property(blocks, fc.nat(), fc.nat(), ({ transactions, tree, root }, chosen, bit) => {
      const index = chosen % transactions.length;
      const transaction = transactions[index] as Uint8Array;
      const path = merklePathAt(tree, index);
      const check = (bytes: Uint8Array, steps: readonly MerkleStep[], against: string) =>
        checkTransactionProof({ transaction: bytes, merklePath: serializeMerklePath(steps) }, against);
      const flippedHex = (hex: string) => Buffer.from(flipped(hexToBytes(hex), bit)).toString('hex');
      expect(check(flipped(transaction, bit), path, root)).toBeNull();
      expect(check(transaction, path, flippedHex(root))).toBeNull();
      const at = bit % path.length;
      const damaged = path.map((step, level) => (level === at ? { ...step, hash: flippedHex(step.hash) } : step));
      expect(check(transaction, damaged, root)).toBeNull();
    }),
    { numRuns: 200 },
  ));

test('what could be an inner node of the tree proves nothing (CVE-2017-12842)', () => {
  const input = { txid: '11'.repeat(32) as Txid, index: 0, script: hexToBytes(''), sequence: 0, witness: [] };
  const outputs = [{ value: 1n as Sats, script: hexToBytes('51515151') }];
  const transaction = serializeTransaction({ version: 1, inputs: [input], outputs, locktime: 0 });
  expect(transaction.length).toBe(64);
  const { txid } = parseTransaction(transaction);
  const merklePath = serializeMerklePath([{ order: 'm', hash: txid }]);
  expect(checkTransactionProof({ transaction, merklePath }, txid)).toBeNull();
});

/** The first of the payments whose hash reads as the start of a transaction: a version, one input. */
function paymentThatReadsAsAStart(): Uint8Array {
  for (let mark = 0; ; mark += 1) {
    const bytes = payment(mark);
    if (parseTransaction(bytes).hash[4] === 1) return bytes;
  }
}

test('a transaction hung below one of 64 bytes is not proved by the block that holds it (CVE-2017-12842)', () => {
  const forged = paymentThatReadsAsAStart();
  const { hash, txid } = parseTransaction(forged);
  // The end of an outpoint, no script, a sequence, one output of no value with four bytes of script, a locktime.
  const rest = hexToBytes(
    'aabbccddee00000000' + '00' + 'ffffffff' + '01' + '0000000000000000' + '04' + '51024e73' + '00000000',
  );
  const ofBlock = Uint8Array.of(...hash, ...rest);
  expect(parseTransaction(ofBlock).strippedLength).toBe(64);
  const leaves = [parseTransaction(payment(7)).txid, parseTransaction(ofBlock).txid, parseTransaction(payment(8)).txid];
  const tree = merkleTreeOfHex(leaves);
  const below: MerkleStep = { order: 'r', hash: Buffer.from(rest).reverse().toString('hex') };
  const path = [below, ...merklePathAt(tree, 1)];
  expect(verifyMerklePath(txid, path, treeRoot(tree))).toBe(true);
  expect(
    checkTransactionProof({ transaction: forged, merklePath: serializeMerklePath(path) }, treeRoot(tree)),
  ).toBeNull();
  const neighbour = { transaction: payment(8), merklePath: serializeMerklePath(merklePathAt(tree, 2)) };
  expect(checkTransactionProof(neighbour, treeRoot(tree))?.index).toBe(2);
});

test('the last transaction of an odd row is not proved at the place where it is repeated (CVE-2012-2459)', () => {
  const transactions = [payment(0), payment(1), payment(2)];
  const txids = transactions.map((bytes) => parseTransaction(bytes).txid);
  const tree = merkleTreeOfHex(txids);
  const [own, ...above] = merklePathAt(tree, 2);
  expect(own).toEqual({ order: 'r', hash: txids[2] });
  const moved = serializeMerklePath([{ order: 'l', hash: txids[2] as string }, ...above]);
  expect(checkTransactionProof({ transaction: payment(2), merklePath: moved }, treeRoot(tree))).toBeNull();
});

test.each(['', '3:abc,', '8:5:l-abc,,'])('a path that is %j proves nothing', (merklePath) => {
  expect(checkTransactionProof({ transaction: payment(1), merklePath }, '11'.repeat(32))).toBeNull();
  expect(checkTransactionProof({ transaction: new Uint8Array(3), merklePath }, '11'.repeat(32))).toBeNull();
});
