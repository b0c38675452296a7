import { bytesEqual, concatBytes, reverseBytes } from '../encoding/bytes.ts';
import { doubleSha256, doubleSha256OfPair } from '../encoding/hashing.ts';
import { hexToBytes, reversedHex } from '../encoding/hex.ts';

/**
 * A merkle tree of Bitcoin, which is also the tree of spec §1: neighbours are joined and hashed twice, and the last of an
 * odd row is joined with itself. Leaves are not hashed first and may differ in length.
 */
export interface MerkleTree {
  /** From the leaves up to the root, in the order they are hashed on. */
  readonly rows: readonly (readonly Uint8Array[])[];
  /**
   * Two different neighbours are equal somewhere: a shorter list of leaves has the same root (CVE-2012-2459). Core calls
   * such a block mutated.
   */
  readonly isMalleable: boolean;
}

/** What an inner node of a block's tree is the hash of: the hashes below it. A transaction may be as long. */
export const nodePairBytes = 64;

/** @throws RangeError without a leaf. */
export function merkleTree(leaves: readonly Uint8Array[]): MerkleTree {
  if (leaves.length === 0) throw new RangeError('a merkle tree has at least one leaf');
  const rows: (readonly Uint8Array[])[] = [leaves];
  let isMalleable = false;
  for (let row = leaves; row.length > 1; ) {
    const parents: Uint8Array[] = [];
    for (let index = 0; index < row.length; index += 2) {
      const left = row[index] as Uint8Array;
      const right = row[index + 1];
      if (right !== undefined && bytesEqual(left, right)) isMalleable = true;
      parents.push(hashPair(left, right ?? left));
    }
    rows.push(parents);
    row = parents;
  }
  return { rows, isMalleable };
}

/** The tree over hex leaves in display order, such as txids. */
export function merkleTreeOfHex(leaves: readonly string[]): MerkleTree {
  return merkleTree(leaves.map((leaf) => reverseBytes(hexToBytes(leaf))));
}

/** The root in display order. */
export function treeRoot(tree: MerkleTree): string {
  const root = tree.rows.at(-1)?.[0];
  if (root === undefined) throw new RangeError('a merkle tree has a root');
  return reversedHex(root);
}

/** The root over hex leaves in display order, as spec §1 has it. Over txids it is the merkle root of the block. */
export function merkleRoot(leaves: readonly string[]): string {
  return treeRoot(merkleTreeOfHex(leaves));
}

function hashPair(left: Uint8Array, right: Uint8Array): Uint8Array {
  return left.length === 32 && right.length === 32
    ? doubleSha256OfPair(left, right)
    : doubleSha256(concatBytes(left, right));
}

/** The parent of two nodes in display order. */
export function hashHexPair(left: string, right: string): string {
  return reversedHex(doubleSha256(hexPairBytes(left, right)));
}

/** What the parent of two nodes in display order is the hash of. */
export function hexPairBytes(left: string, right: string): Uint8Array {
  return concatBytes(reverseBytes(hexToBytes(left)), reverseBytes(hexToBytes(right)));
}
