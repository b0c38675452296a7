import type { BlockHash, Height, NetworkName } from '@virtualchain/bitcoin';
import { isSyncing } from './branch/syncing.ts';
import { CheckpointMismatch, NodePruned, TxindexRequired, WrongNetwork } from './errors.ts';
import type { BitcoinNode, NodeStatus } from './port.ts';

/** What a node must fit: the parts of a virtual chain that concern it. */
export interface NodeRequirements {
  readonly firstBlock: Height;
  /** The next block that is read of it, where some may have been read already; asked only of a pruned node. */
  readonly nextBlock?: () => Promise<Height>;
  readonly checkpoint?: { readonly height: Height; readonly hash: BlockHash } | undefined;
  /** What the inputs of its operations spend is never asked for: then a node without an index serves it, too. */
  readonly isWithoutSenders?: boolean | undefined;
}

/** Whether a node can be followed now. */
export type NodeReadiness =
  /** `isAnchorTrusted`: the chain has no checkpoint, so that its anchor is the node's word. */
  | { readonly kind: 'ready'; readonly status: NodeStatus; readonly isAnchorTrusted: boolean }
  /** The node is still catching up: ask again later. */
  | { readonly kind: 'syncing'; readonly status: NodeStatus; readonly blocksLeft: number };

/**
 * Checks at start that a node can serve a virtual chain, without an opinion on whose network it should be unless
 * `network` is given. What it has pruned must lie below the next block that is needed.
 * @throws WrongNetwork, NodePruned, CheckpointMismatch, TxindexRequired
 */
export async function checkNode(
  node: BitcoinNode,
  { firstBlock, nextBlock = async () => firstBlock, checkpoint, isWithoutSenders = false }: NodeRequirements,
  network?: NetworkName,
): Promise<NodeReadiness> {
  const status = await node.status();
  if (network !== undefined && status.network !== network) throw new WrongNetwork(node.label, network, status.network);
  if (status.pruneHeight !== null) {
    const next = await nextBlock();
    if (status.pruneHeight > next)
      throw new NodePruned(
        node.label,
        `has pruned block ${next}, the next that is needed: it keeps those from ${status.pruneHeight}`,
      );
  }
  const blocksLeft = Math.max(status.headers - status.blocks, 0);
  if (checkpoint !== undefined) {
    const hash = await node.blockHashAt(checkpoint.height);
    if (hash === null) {
      return { kind: 'syncing', status, blocksLeft: Math.max(blocksLeft, checkpoint.height - status.blocks) };
    }
    if (hash !== checkpoint.hash) throw new CheckpointMismatch(node.label, checkpoint.height, checkpoint.hash, hash);
  }
  if (isSyncing(status)) return { kind: 'syncing', status, blocksLeft };
  if (!isWithoutSenders && (await node.fundingSource()) === 'none') {
    throw new TxindexRequired(node.label, 'gives no funding transactions: start it with txindex=1');
  }
  return { kind: 'ready', status, isAnchorTrusted: checkpoint === undefined };
}
