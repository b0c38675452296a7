import type { NodeRpc } from '@virtualchain/node-client';
import { DemoRefused } from './errors.ts';

/**
 * Looks at the node before anything is sent to it: the demo mines a chain of its own from the genesis block on, which a node
 * with blocks would keep as a side branch.
 *
 * @throws DemoRefused
 */
export async function requireEmptyRegtest(rpc: Pick<NodeRpc, 'call' | 'label'>): Promise<void> {
  const { chain, blocks } = (await rpc.call('getblockchaininfo')) as {
    readonly chain: string;
    readonly blocks: number;
  };
  const remedy = 'Start an empty node in regtest for it, or unset VCHAIN_NODE_URL, and one is started';
  if (chain !== 'regtest') throw new DemoRefused(`${rpc.label} is on ${chain}, and the demo mines. ${remedy}.`);
  if (blocks > 0)
    throw new DemoRefused(
      `${rpc.label} has ${blocks} blocks already, and the demo builds its own chain from the genesis block on. ${remedy}.`,
    );
}
