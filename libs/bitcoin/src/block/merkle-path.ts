import { bytesEqual, reverseBytes } from '../encoding/bytes.ts';
import { hexToBytes, reversedHex } from '../encoding/hex.ts';
import { hashHexPair, type MerkleTree } from './merkle-tree.ts';

/**
 * One sibling on the way from a leaf to the root: on the left (`l`), on the right (`r`, also where the last of an odd row
 * is joined with itself), or the only leaf of its tree (`m`). The hash is hex in display order.
 */
export interface MerkleStep {
  readonly order: 'l' | 'r' | 'm';
  readonly hash: string;
}

/** The proof that `leaf` (hex, display order) is in the tree; of equal leaves the first. Null when it is not a leaf. */
export function merklePath(tree: MerkleTree, leaf: string): readonly MerkleStep[] | null {
  const wanted = reverseBytes(hexToBytes(leaf));
  for (let index = 0; index < (tree.widths[0] as number); index += 1) {
    if (bytesEqual(tree.node(0, index), wanted)) return merklePathAt(tree, index);
  }
  return null;
}

/** The proof of the leaf at `index`; the caller knows that no equal leaf comes before it. */
export function merklePathAt(tree: MerkleTree, index: number): readonly MerkleStep[] {
  const { widths } = tree;
  if (!Number.isInteger(index) || index < 0 || index >= (widths[0] as number))
    throw new RangeError(`no leaf at ${index}`);
  if (widths.length === 1) return [{ order: 'm', hash: reversedHex(tree.node(0, 0)) }];
  return widths.slice(0, -1).map((width, row) => {
    const place = index >> row;
    if (place % 2 === 1) return { order: 'l', hash: reversedHex(tree.node(row, place - 1)) };
    return { order: 'r', hash: reversedHex(tree.node(row, Math.min(place + 1, width - 1))) };
  });
}

/** The text form of spec §1: each step `<order>-<hex>` as a netstring, and all of them as one. */
export function serializeMerklePath(path: readonly MerkleStep[]): string {
  return netstring(path.map(stepText).join(''));
}

function stepText({ order, hash }: MerkleStep): string {
  return netstring(`${order}-${hash}`);
}

function netstring(text: string): string {
  return `${text.length}:${text},`;
}

/** Reads the text form. Total: null for everything that is not one, the empty path included. */
export function parseMerklePath(text: string): readonly MerkleStep[] | null {
  const outer = chompNetstring(text);
  if (outer === null || outer.rest !== '') return null;
  const steps: MerkleStep[] = [];
  for (let rest = outer.content; rest !== '' || steps.length === 0; ) {
    const part = chompNetstring(rest);
    const step = part === null ? null : parseStep(part.content);
    if (part === null || step === null) return null;
    steps.push(step);
    rest = part.rest;
  }
  return steps;
}

const NETSTRING_LENGTH = /^([0-9]{1,9}):/;

function chompNetstring(text: string): { readonly content: string; readonly rest: string } | null {
  const [prefix, digits] = NETSTRING_LENGTH.exec(text) ?? [];
  if (prefix === undefined) return null;
  const end = prefix.length + Number(digits);
  return text[end] === ',' ? { content: text.slice(prefix.length, end), rest: text.slice(end + 1) } : null;
}

const STEP = /^([lrm])-([0-9a-fA-F]+)$/;

function parseStep(text: string): MerkleStep | null {
  const [, order, hash] = STEP.exec(text) ?? [];
  return order === undefined || hash === undefined ? null : { order: order as MerkleStep['order'], hash };
}

/**
 * True when the path leads from `leaf` to `root`. The path of a tree with one leaf is compared with the leaf and with the
 * root; the original forgot the root (spec §11 row 18). Total: a path with half bytes in it proves nothing.
 */
export function verifyMerklePath(leaf: string, path: readonly MerkleStep[], root: string): boolean {
  if (path.length === 0 || [leaf, ...path.map(({ hash }) => hash)].some((hash) => hash.length % 2 !== 0)) return false;
  const only = path.find(({ order }) => order === 'm');
  if (only !== undefined) return path.length === 1 && only.hash === leaf && leaf === root;
  const reached = path.reduce(
    (node, { order, hash }) => (order === 'l' ? hashHexPair(hash, node) : hashHexPair(node, hash)),
    leaf,
  );
  return reached === root;
}
