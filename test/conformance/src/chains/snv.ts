import type { Height } from '@virtualchain/bitcoin';
import {
  type ConsensusHash,
  type SnvAnswer,
  type SnvProblem,
  type SnvServer,
  serializeOperation,
  verifyOperations,
} from '@virtualchain/machine';
import type { Case } from '../case.ts';
import { fieldValues, type TypedFields } from '../typed-value.ts';
import { hashedFieldsOf, type OpFields } from './echo-machine.ts';

interface SnvBlock {
  readonly block: number;
  readonly consensus_hash: string;
  readonly ops_hash: string;
  readonly ops: readonly { readonly opcode_hex: string; readonly fields: TypedFields }[];
}

/** How the server lies about one block. */
type Tamper = { readonly block: number } & (
  | { readonly kind: 'op_name'; readonly op_index: number; readonly new_name: string }
  | {
      readonly kind: 'op_name_and_ops_hash';
      readonly op_index: number;
      readonly new_name: string;
      readonly new_ops_hash: string;
    }
  | { readonly kind: 'op_removed'; readonly op_index: number }
  | { readonly kind: 'consensus_hash'; readonly new_consensus_hash: string }
  | { readonly kind: 'consensus_hash_missing' }
);

type Call =
  | { readonly call: 'ops_hash_at' | 'ops_at'; readonly block: number }
  | { readonly call: 'consensus_hashes'; readonly blocks: readonly number[] };

interface SnvVectors {
  readonly chains: readonly {
    readonly first_block: number;
    readonly opfields: readonly OpFields[];
    readonly blocks: readonly SnvBlock[];
    readonly cases: readonly {
      readonly label: string;
      readonly trusted_block: number;
      readonly trusted_consensus_hash: string;
      readonly target_block: number;
      readonly tamper?: Tamper | null;
      readonly verified: boolean;
      readonly error_kind: string | null;
      readonly op_count: number | null;
      readonly calls: readonly Call[];
    }[];
  }[];
}

export function* snvCases({ chains }: SnvVectors): Iterable<Case> {
  for (const { first_block, opfields, blocks, cases } of chains) {
    for (const { label, trusted_block, trusted_consensus_hash, target_block, tamper, ...expected } of cases) {
      yield {
        name: `${label}: ${target_block} from ${trusted_block}`,
        expected,
        actual: async () => {
          const calls: Call[] = [];
          const server = lyingServer(blocks, opfields, tamper ?? null, calls);
          const trusted = {
            height: trusted_block as Height,
            consensusHash: trusted_consensus_hash as ConsensusHash,
          };
          const question = { trusted, target: target_block as Height, firstBlock: first_block as Height };
          return { ...inTheirWords(await verifyOperations(question, server)), calls };
        },
      };
    }
  }
}

const ERROR_KIND: Readonly<Record<SnvProblem, string>> = {
  CONSENSUS_HASH_MISMATCH: 'Consensus hash mismatch',
  OPERATIONS_MISMATCH: 'Hash mismatch',
  UNREACHABLE: 'Previous block/consensus hash is unreachable from trusted block/consensus hash',
  ANSWER_MALFORMED: '(no such kind)',
};

function inTheirWords(answer: SnvAnswer) {
  if (answer.kind === 'refused') return { verified: false, error_kind: ERROR_KIND[answer.problem], op_count: null };
  return { verified: true, error_kind: null, op_count: answer.operations.length };
}

function lyingServer(
  blocks: readonly SnvBlock[],
  opfields: readonly OpFields[],
  tamper: Tamper | null,
  calls: Call[],
): SnvServer {
  const hashedFields = hashedFieldsOf(opfields);
  const at = (height: number) => blocks.find(({ block }) => block === height);
  const lieAt = (height: number) => (tamper?.block === height ? tamper : null);
  return {
    opsHash: async (block) => {
      calls.push({ call: 'ops_hash_at', block });
      const lie = lieAt(block);
      return lie?.kind === 'op_name_and_ops_hash' ? lie.new_ops_hash : (at(block)?.ops_hash ?? null);
    },
    consensusHashes: async (heights) => {
      calls.push({ call: 'consensus_hashes', blocks: [...heights] });
      return heights.map((height) => {
        const lie = lieAt(height);
        if (lie?.kind === 'consensus_hash') return lie.new_consensus_hash;
        return lie?.kind === 'consensus_hash_missing' ? null : (at(height)?.consensus_hash ?? null);
      });
    },
    operationsAt: async (block) => {
      calls.push({ call: 'ops_at', block });
      const lie = lieAt(block);
      return (at(block)?.ops ?? []).flatMap(({ opcode_hex, fields }, index) => {
        const isLie = lie !== null && 'op_index' in lie && lie.op_index === index;
        if (isLie && lie.kind === 'op_removed') return [];
        const opcode = Number.parseInt(opcode_hex, 16);
        const values = fieldValues(fields);
        const said = isLie && 'new_name' in lie ? { ...values, name: lie.new_name } : values;
        return [serializeOperation(opcode, hashedFields[opcode] ?? [], said)];
      });
    },
  };
}
