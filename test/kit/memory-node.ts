import type { BlockHash, Height, Txid } from '@virtualchain/bitcoin';
import type { BitcoinNode, ChainTip } from '@virtualchain/node-client';
import type { KnownBlock, NodeModel } from './node-model.ts';

/** The node port over a model in memory: for simulations, and under the contract suite of the port. */
export function memoryNode(model: NodeModel, label = 'memory'): BitcoinNode {
  const place = ({ height, block }: KnownBlock) => ({ height, hash: block.hash });
  return {
    label,
    zmqUrl: async () => null,
    async status() {
      const { height, block } = model.best;
      return {
        network: 'regtest',
        genesisHash: (model.at(0) as KnownBlock).block.hash,
        blocks: height,
        headers: height,
        bestBlockHash: block.hash,
        initialBlockDownload: false,
        pruneHeight: null,
      };
    },
    bestBlock: async () => place(model.best),
    blockHashAt: async (height) => model.at(height)?.block.hash ?? null,
    async blockHashesFrom(height, count) {
      const hashes: BlockHash[] = [];
      for (let at: number = height; at < height + count; at += 1) {
        const known = model.at(at);
        if (known === null) break;
        hashes.push(known.block.hash);
      }
      return hashes;
    },
    header: async (hash) => model.known(hash)?.block.headerBytes ?? null,
    block: async (hash) => model.known(hash)?.bytes ?? null,
    chainTips: async () =>
      model.tips().map(({ tip, branchLength, status }): ChainTip => {
        return { ...place(tip), branchLength: branchLength as Height, status: status as ChainTip['status'] };
      }),
    async transactions(txids) {
      const found = txids.flatMap((txid): [Txid, Uint8Array][] => {
        const known = model.transaction(txid);
        return known === null ? [] : [[txid, known.transaction.bytes]];
      });
      return new Map(found);
    },
    spentOutputs: async () => new Map(),
    fundingSource: async () => 'index',
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}
