import { bytesEqual, concatBytes, reverseBytes } from '../encoding/bytes.ts';
import { doubleSha256, doubleSha256OfPair } from '../encoding/hashing.ts';
import { hexToBytes, reversedHex } from '../encoding/hex.ts';
import { sha256Batch } from '../sha256/sha256-batch.ts';

/**
 * A merkle tree of Bitcoin, which is also the tree of spec §1: neighbours are joined and hashed twice, and the last of an
 * odd row is joined with itself. Leaves are not hashed first and may differ in length.
 */
export interface MerkleTree {
  /** How many nodes each row has, from the leaves up to the root. */
  readonly widths: readonly number[];
  /** The node at a place of a row, in the order it is hashed on. The caller knows that there is one. */
  node(row: number, place: number): Uint8Array;
  /** All nodes one behind another, 32 bytes each, and where each row starts; null where leaves may be of another length. */
  readonly hashes: { readonly nodes: Uint8Array; readonly starts: readonly number[] } | null;
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
  return {
    widths: rows.map(({ length }) => length),
    node: (row, place) => rows[row]?.[place] as Uint8Array,
    hashes: null,
    isMalleable,
  };
}

const hashBytes = 32;

/**
 * The tree over hashes that stand one behind the other, such as all txids of a block: equal to `merkleTree` over them, and
 * all its nodes stand in one array.
 * @throws RangeError without a leaf.
 */
export function merkleTreeOfHashes(leaves: Uint8Array): MerkleTree {
  if (leaves.length === 0) throw new RangeError('a merkle tree has at least one leaf');
  const widths = [leaves.length / hashBytes];
  const starts = [0];
  for (let width = widths[0] as number; width > 1; ) {
    starts.push((starts.at(-1) as number) + width * hashBytes);
    width = (width + 1) >> 1;
    widths.push(width);
  }
  const nodes = new Uint8Array((starts.at(-1) as number) + hashBytes);
  nodes.set(leaves);
  let isMalleable = false;
  widths.slice(0, -1).forEach((width, row) => {
    const at = starts[row] as number;
    isMalleable ||= hasEqualNeighbours(nodes, at, width);
    hashRow(nodes, { at, width }, starts[row + 1] as number);
  });
  return {
    widths,
    node(row, place) {
      const at = (starts[row] as number) + place * hashBytes;
      return nodes.subarray(at, at + hashBytes);
    },
    hashes: { nodes, starts },
    isMalleable,
  };
}

function hasEqualNeighbours(nodes: Uint8Array, at: number, width: number): boolean {
  const words = new Uint32Array(nodes.buffer, nodes.byteOffset + at, width * (hashBytes / 4));
  for (let left = 0; left + 15 < words.length; left += 16) {
    let index = left;
    while (index < left + 8 && words[index] === words[index + 8]) index += 1;
    if (index === left + 8) return true;
  }
  return false;
}

/** Below that many nodes a row is hashed pair by pair: calls would cost more than they save. */
const rowWidthMin = 8;

function hashRow(nodes: Uint8Array, row: { readonly at: number; readonly width: number }, parentsAt: number): void {
  const batch = row.width < rowWidthMin ? null : sha256Batch();
  if (batch !== null) {
    batch.hashPairs(nodes, row, parentsAt);
    return;
  }
  for (let place = 0; place < row.width; place += 2) {
    const at = row.at + place * hashBytes;
    const left = nodes.subarray(at, at + hashBytes);
    const right = place + 1 < row.width ? nodes.subarray(at + hashBytes, at + 2 * hashBytes) : left;
    nodes.set(doubleSha256OfPair(left, right), parentsAt + (place / 2) * hashBytes);
  }
}

/** The tree over hex leaves in display order, such as txids. */
export function merkleTreeOfHex(leaves: readonly string[]): MerkleTree {
  return merkleTree(leaves.map((leaf) => reverseBytes(hexToBytes(leaf))));
}

/** The root in display order. */
export function treeRoot(tree: MerkleTree): string {
  return reversedHex(tree.node(tree.widths.length - 1, 0));
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
