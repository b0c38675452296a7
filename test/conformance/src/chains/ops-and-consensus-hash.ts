import { hexToBytes } from '@virtualchain/bitcoin';
import { consensusHashOf, opsHash, previousHeights } from '@virtualchain/machine';
import type { Case } from '../case.ts';

interface OpsAndConsensusHashVectors {
  readonly ops_hash: readonly { readonly serialized_ops_hex: readonly string[]; readonly ops_hash: string }[];
  readonly consensus_from_ops_hash: readonly {
    readonly ops_hash: string;
    readonly previous_consensus_hashes: readonly string[];
    readonly consensus_hash: string;
  }[];
  readonly previous_block_offsets: readonly {
    readonly block: number;
    readonly first_block: number;
    readonly previous_blocks: readonly number[];
  }[];
}

export function* opsAndConsensusHashCases(vectors: OpsAndConsensusHashVectors): Iterable<Case> {
  for (const [index, { serialized_ops_hex, ops_hash }] of vectors.ops_hash.entries()) {
    yield {
      name: `ops_hash.${index} (${serialized_ops_hex.length} ops)`,
      expected: ops_hash,
      actual: () => opsHash(serialized_ops_hex.map(hexToBytes)),
    };
  }
  for (const [
    index,
    { ops_hash, previous_consensus_hashes, consensus_hash },
  ] of vectors.consensus_from_ops_hash.entries()) {
    yield {
      name: `consensus_from_ops_hash.${index} (${previous_consensus_hashes.length} previous)`,
      expected: consensus_hash,
      actual: () => consensusHashOf(ops_hash, previous_consensus_hashes),
    };
  }
  for (const { block, first_block, previous_blocks } of vectors.previous_block_offsets) {
    yield {
      name: `previous blocks of ${block} from ${first_block}`,
      expected: previous_blocks,
      actual: () => previousHeights(block, first_block),
    };
  }
}
