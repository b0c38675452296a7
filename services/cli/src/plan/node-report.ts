import type { BlockHash } from '@virtualchain/bitcoin';
import type { BitcoinNode, FundingSource, NodeRpc, NodeStatus } from '@virtualchain/node-client';

/** What a node is, as far as a sync depends on it. */
export interface NodeReport extends Pick<NodeStatus, 'network' | 'blocks' | 'headers' | 'pruneHeight'> {
  readonly label: string;
  /** What the node calls itself; null where it does not say. */
  readonly kind: string | null;
  /** Where the outputs that operations spend come from. */
  readonly funding: FundingSource;
  readonly hasRest: boolean;
  /** Whether it publishes new blocks. */
  readonly publishes: boolean;
}

/** Asks a node what it is. Throws what its failures throw. */
export async function readNodeReport(node: BitcoinNode, rpc: NodeRpc): Promise<NodeReport> {
  const { network, blocks, headers, pruneHeight, bestBlockHash } = await node.status();
  return {
    ...{ label: node.label, network, blocks, headers, pruneHeight },
    kind: await kindOf(rpc),
    funding: await node.fundingSource(),
    hasRest: await hasRest(rpc, bestBlockHash),
    publishes: (await node.zmqUrl()) !== null,
  };
}

async function hasRest(rpc: NodeRpc, hash: BlockHash): Promise<boolean> {
  return (await rpc.restBlock(hash)).kind === 'bytes';
}

/** Core's own name and version; btcd knows another call, and says less. */
async function kindOf(rpc: NodeRpc): Promise<string | null> {
  const [core, btcd] = await rpc.batch([
    { method: 'getnetworkinfo', parameters: [] },
    { method: 'version', parameters: [] },
  ]);
  const [ofCore, ofBtcd] = [core, btcd].map((outcome) =>
    outcome?.kind === 'result' && typeof outcome.result === 'object' ? outcome.result : null,
  );
  const { subversion } = (ofCore ?? {}) as { readonly subversion?: unknown };
  if (typeof subversion === 'string') return subversion;
  return Object.keys(ofBtcd ?? {}).some((name) => name.startsWith('btcd')) ? 'btcd' : null;
}
