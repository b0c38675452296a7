import {
  merklePathAt,
  merkleRoot,
  merkleTreeOfHex,
  parseMerklePath,
  reversedHex,
  serializeMerklePath,
  verifyMerklePath,
} from '@virtualchain/bitcoin';
import { AN_ERROR, type Case } from '../case.ts';
import { verifiesExpected } from '../corrections.ts';

interface MerkleVectors {
  readonly trees: readonly {
    readonly leaf_count: number;
    readonly leaf_bytes: number | string;
    readonly leaves: readonly string[];
    readonly error?: string;
    readonly root?: string;
    readonly rows?: readonly (readonly string[])[] | null;
    readonly paths?: readonly {
      readonly index: number;
      readonly path: string;
      readonly verifies: boolean;
      readonly corrupt_path?: string;
      readonly corrupt_verifies?: boolean;
    }[];
  }[];
  readonly path_deserialize: readonly {
    readonly input: string;
    readonly ok: boolean;
    readonly result?: readonly { readonly order: string; readonly hash: string }[];
  }[];
}

export function* merkleCases({ trees, path_deserialize }: MerkleVectors): Iterable<Case> {
  for (const { leaf_count, leaf_bytes, leaves, error, root, rows, paths } of trees) {
    const name = `tree of ${leaf_count} leaves (${leaf_bytes} bytes)`;
    yield {
      name: `${name}: root and rows`,
      expected: error === undefined ? { root, rows: rows ?? null } : AN_ERROR,
      actual: () => ({ root: merkleRoot(leaves), rows: rows ? rowsAsOriginal(leaves) : null }),
    };
    for (const { index, path, verifies, corrupt_path, corrupt_verifies } of paths ?? []) {
      const leaf = leaves[index] ?? '';
      const verify = (text: string) => verifyMerklePath(leaf, parseMerklePath(text) ?? [], root ?? '');
      yield {
        name: `${name}: path of leaf ${index}`,
        expected: path,
        actual: () => serializeMerklePath(merklePathAt(merkleTreeOfHex(leaves), leaves.indexOf(leaf))),
      };
      const right = verifiesExpected(path, leaf, root ?? '', verifies);
      yield { name: `${name}: verify the path of leaf ${index}`, ...right, actual: () => verify(path) };
      if (corrupt_path === undefined || corrupt_verifies === undefined) continue;
      const corrupt = verifiesExpected(corrupt_path, leaf, root ?? '', corrupt_verifies);
      yield { name: `${name}: verify a corrupt path of leaf ${index}`, ...corrupt, actual: () => verify(corrupt_path) };
    }
  }
  for (const { input, ok, result } of path_deserialize) {
    yield {
      name: `path_deserialize(${JSON.stringify(input)})`,
      expected: ok ? result : null,
      actual: () => parseMerklePath(input),
    };
  }
}

/** The rows as the original keeps them: hex in display order. */
function rowsAsOriginal(leaves: readonly string[]): readonly (readonly string[])[] {
  const { widths, node } = merkleTreeOfHex(leaves);
  return widths.map((width, row) => Array.from({ length: width }, (_, place) => reversedHex(node(row, place))));
}
