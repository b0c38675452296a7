import { writeReversedHex } from '../encoding/hex.ts';
import { merklePathAt, serializeMerklePath } from './merkle-path.ts';
import type { MerkleTree } from './merkle-tree.ts';

const ascii = new TextDecoder();
const utf8 = new TextEncoder();

/** Of a step as it is written: `66:l-<64 digits>,`. */
const HEAD = utf8.encode('66:l-');
const ORDER_AT = 3;
const hashBytes = 32;
const stepBytes = HEAD.length + 2 * hashBytes + 1;
const [LEFT, RIGHT, COMMA] = utf8.encode('lr,') as unknown as readonly [number, number, number];

/**
 * The text forms of the paths of these leaves of a block's tree: equal to `serializeMerklePath(merklePathAt(tree, index))`, each
 * written as bytes and turned into one flat text.
 * @throws RangeError for a leaf that is not there.
 */
export function merklePathTexts(tree: MerkleTree, indices: readonly number[]): readonly string[] {
  const { widths, hashes } = tree;
  const count = widths[0] as number;
  const write = widths.length === 1 || hashes === null ? null : pathWriter(widths, hashes);
  return indices.map((index) => {
    if (write !== null && Number.isInteger(index) && index >= 0 && index < count) return write(index);
    return serializeMerklePath(merklePathAt(tree, index));
  });
}

/** Writes one path after another into the same place: all paths of a tree have the same length. */
function pathWriter(
  widths: readonly number[],
  { nodes, starts }: NonNullable<MerkleTree['hashes']>,
): (index: number) => string {
  const rows = widths.length - 1;
  const head = utf8.encode(`${rows * stepBytes}:`);
  // digits are written two at a time, for which the first of a step has to stand at an even place
  const start = (head.length + HEAD.length) % 2;
  const firstStep = start + head.length;
  const bytes = new Uint8Array((firstStep + rows * stepBytes + 2) & ~1);
  const pairs = new Uint16Array(bytes.buffer);
  const text = bytes.subarray(start, firstStep + rows * stepBytes + 1);
  text.set(head);
  for (let row = 0; row < rows; row += 1) {
    bytes.set(HEAD, firstStep + row * stepBytes);
    bytes[firstStep + (row + 1) * stepBytes - 1] = COMMA;
  }
  text[text.length - 1] = COMMA;
  return (index) => {
    for (let row = 0; row < rows; row += 1) {
      const place = index >> row;
      const isRight = place % 2 === 1;
      const at = firstStep + row * stepBytes;
      bytes[at + ORDER_AT] = isRight ? LEFT : RIGHT;
      const sibling = isRight ? place - 1 : Math.min(place + 1, (widths[row] as number) - 1);
      const node = (starts[row] as number) + sibling * hashBytes;
      writeReversedHex(nodes, [node, node + hashBytes], pairs, (at + HEAD.length) / 2);
    }
    return ascii.decode(text);
  };
}
