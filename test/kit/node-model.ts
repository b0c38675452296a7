import { type BlockHash, NULL_HASH, parseBlock } from '@virtualchain/bitcoin';
import { type BlockTree, createBlockTree } from '@virtualchain/regtest-node';

export type { KnownBlock } from '@virtualchain/regtest-node';

/** What the made-up nodes of the tests know: a tree of blocks of which nothing is checked, and the best of its branches. */
export interface NodeModel extends BlockTree {
  /** False when the parent is unknown. */
  submit(bytes: Uint8Array): boolean;
}

export function createNodeModel(genesisBytes?: Uint8Array): NodeModel {
  const tree = createBlockTree(genesisBytes);
  const [invalidate, reconsider] = [tree.invalidate.bind(tree), tree.reconsider.bind(tree)];
  return Object.assign(tree, {
    submit(bytes: Uint8Array): boolean {
      const known = tree.add(bytes);
      if (known === null) return parseBlock(bytes).header.previousHash === NULL_HASH;
      tree.follow(tree.candidate);
      return true;
    },
    invalidate(hash: BlockHash): void {
      invalidate(hash);
      tree.follow(tree.candidate);
    },
    reconsider(hash: BlockHash): void {
      reconsider(hash);
      tree.follow(tree.candidate);
    },
  });
}
