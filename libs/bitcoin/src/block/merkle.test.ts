import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  hexToBytes,
  joinBytes,
  merklePath,
  merklePathAt,
  merklePathTexts,
  merkleRoot,
  merkleTreeOfHashes,
  merkleTreeOfHex,
  parseMerklePath,
  reverseBytes,
  serializeMerklePath,
  treeRoot,
  verifyMerklePath,
} from '../index.ts';

const anyHash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));

test('every leaf has a path to the root, which survives its text form', () =>
  fc.assert(
    fc.property(fc.uniqueArray(anyHash, { minLength: 1, maxLength: 40 }), (leaves) => {
      const tree = merkleTreeOfHex(leaves);
      expect(tree.isMalleable).toBe(false);
      const ofHashes = merkleTreeOfHashes(joinBytes(leaves.map((leaf) => reverseBytes(hexToBytes(leaf)))));
      const texts = merklePathTexts(ofHashes, [...leaves.keys()]);
      expect(merklePathTexts(tree, [...leaves.keys()])).toEqual(texts);
      leaves.forEach((leaf, index) => {
        const path = merklePathAt(tree, index);
        expect(merklePath(tree, leaf)).toEqual(path);
        expect(parseMerklePath(serializeMerklePath(path))).toEqual(path);
        expect(texts[index]).toBe(serializeMerklePath(path));
        expect(verifyMerklePath(leaf, path, treeRoot(tree))).toBe(true);
        expect(verifyMerklePath(leaf, path, '00'.repeat(32))).toBe(false);
      });
      expect(merklePath(tree, 'ab'.repeat(32))).toBeNull();
    }),
  ));

test('repeating the end of an odd row keeps the root, and is found out (CVE-2012-2459)', () => {
  const leaves = ['11', '22', '33', '44', '55', '66'].map((byte) => byte.repeat(32));
  const repeated = [...leaves, ...leaves.slice(4)];
  expect(merkleRoot(repeated)).toBe(merkleRoot(leaves));
  expect(merkleTreeOfHex(leaves).isMalleable).toBe(false);
  expect(merkleTreeOfHex(repeated).isMalleable).toBe(true);
});

test('the path of a lone leaf does not prove another root', () => {
  const leaf = '11'.repeat(32);
  const path = merklePathAt(merkleTreeOfHex([leaf]), 0);
  expect(path).toEqual([{ order: 'm', hash: leaf }]);
  expect(verifyMerklePath(leaf, path, leaf)).toBe(true);
  expect(verifyMerklePath(leaf, path, '22'.repeat(32))).toBe(false);
});

test.each([
  '',
  '0:,',
  '5:l-abc,',
  '3:1:a,,',
  '8:5:x-abc,,',
  '8:5:l-abc,,zz',
  '9:5:l-abc,,',
  '-1:5:l-abc,,',
  '6:3:l-,,,',
])('%j is no path', (text) => expect(parseMerklePath(text)).toBeNull());

test('any text is a path or null', () =>
  fc.assert(
    fc.property(fc.string(), (text) => {
      const path = parseMerklePath(text);
      if (path !== null) expect(serializeMerklePath(path)).toBe(text);
    }),
  ));

test('half a byte in a path proves nothing', () => {
  expect(verifyMerklePath('11', [{ order: 'l', hash: 'abc' }], '11')).toBe(false);
});

test('a tree has a leaf', () => expect(() => merkleRoot([])).toThrow(RangeError));
