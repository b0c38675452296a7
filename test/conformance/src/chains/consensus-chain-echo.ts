import { bytesToHex } from '@virtualchain/bitcoin';
import { type ConsensusHash, previousHeights } from '@virtualchain/machine';
import type { Case } from '../case.ts';
import { type ChainHead, type EchoOp, echoChain } from './echo-machine.ts';

interface EchoVectors {
  readonly chains: readonly (ChainHead & {
    readonly label: string;
    readonly blocks: readonly {
      readonly block: number;
      readonly ops: readonly EchoOp[];
      readonly accepted_serialized_hex: readonly string[];
      readonly previous_blocks: readonly number[];
      readonly previous_consensus_hashes: readonly string[];
      readonly ops_hash: string;
      readonly consensus_hash: string;
    }[];
  })[];
}

export async function* consensusChainEchoCases({ chains }: EchoVectors): AsyncIterable<Case> {
  for (const chain of chains) {
    const echo = await echoChain(chain);
    const hashes = new Map<number, string>(
      Object.entries(chain.initial_snapshots).map(([height, hash]) => [Number(height), hash as ConsensusHash]),
    );
    for (const { block, ops, ...expected } of chain.blocks) {
      yield {
        name: `${chain.label}: block ${block}`,
        expected,
        actual: async () => {
          const folded = await echo.connect(block, ops);
          if (folded === null) return null;
          hashes.set(block, folded.consensusHash);
          const previous = previousHeights(block, chain.first_block);
          return {
            accepted_serialized_hex: folded.transitions.map(({ serialized }) => bytesToHex(serialized)),
            previous_blocks: previous,
            previous_consensus_hashes: previous.map((height) => hashes.get(height)),
            ops_hash: folded.opsHash,
            consensus_hash: folded.consensusHash,
          };
        },
      };
    }
  }
}
