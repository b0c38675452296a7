import type { BitcoinNode, BlockFiles } from '@virtualchain/node-client';

/** Blocks from the node's files where they have them, from the node where not: both are verified alike. */
export function blocksOf(files: BlockFiles, node: Pick<BitcoinNode, 'block'>): Pick<BitcoinNode, 'block'> {
  return { block: async (hash) => (await files.block(hash)) ?? node.block(hash) };
}
