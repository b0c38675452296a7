import { addressesCases } from './bitcoin/addresses.ts';
import { blockParseCases } from './bitcoin/block-parse.ts';
import { encodingCases } from './bitcoin/encoding.ts';
import { hashingCases } from './bitcoin/hashing.ts';
import { headersCases } from './bitcoin/headers.ts';
import { keysCases } from './bitcoin/keys.ts';
import { merkleCases } from './bitcoin/merkle.ts';
import { scriptsCases } from './bitcoin/scripts.ts';
import { signedTransactionsCases } from './bitcoin/signed-transactions.ts';
import { transactionsCases } from './bitcoin/transactions.ts';
import { bnsChainCases } from './bns/bns-chain.ts';
import { bnsWireCases } from './bns/bns-wire.ts';
import type { Runner } from './case.ts';
import { consensusChainEchoCases } from './chains/consensus-chain-echo.ts';
import { consensusChainKvCases } from './chains/consensus-chain-kv.ts';
import { opsAndConsensusHashCases } from './chains/ops-and-consensus-hash.ts';
import { rawChainCases } from './chains/raw-chain.ts';
import { serializeOpCases } from './chains/serialize-op.ts';
import { snvCases } from './chains/snv.ts';
import { stacksOpsCases } from './stacks/stacks-ops.ts';

/** One kind of vector file: with a runner, or with the reason why it has none. */
export type VectorSchema = {
  /** Stem of the file's usual name. */
  readonly name: string;
  /** Dotted paths that a file of this kind has; a number is a place in an array. Tried in the order of this list. */
  readonly has: readonly string[];
} & ({ readonly runner: Runner } | { readonly runner?: never; readonly skippedBecause: string });

export const SCHEMAS: readonly VectorSchema[] = [
  { name: 'hashing', runner: hashingCases, has: ['cases', 'is_hex', 'calculate_consensus_hash'] },
  { name: 'serialize_op', runner: serializeOpCases, has: ['cases.0.field_order'] },
  { name: 'merkle', runner: merkleCases, has: ['trees', 'path_deserialize'] },
  { name: 'ops_and_consensus_hash', runner: opsAndConsensusHashCases, has: ['ops_hash', 'consensus_from_ops_hash'] },
  { name: 'raw_chain', runner: rawChainCases, has: ['chains.0.raw_blocks_hex', 'chains.0.first_block'] },
  { name: 'block_parse', runner: blockParseCases, has: ['raw_blocks_hex', 'parsed'] },
  { name: 'snv', runner: snvCases, has: ['chains.0.cases', 'chains.0.blocks'] },
  { name: 'consensus_chain_kv', runner: consensusChainKvCases, has: ['chains.0.blocks.0.txs'] },
  { name: 'consensus_chain_echo', runner: consensusChainEchoCases, has: ['chains.0.blocks.0.ops'] },
  { name: 'encoding', runner: encodingCases, has: ['num_to_var_int'] },
  { name: 'scripts', runner: scriptsCases, has: ['scripts', 'make_data_script'] },
  { name: 'addresses', runner: addressesCases, has: ['base58', 'bech32'] },
  { name: 'keys', runner: keysCases, has: ['single', 'bundles'] },
  { name: 'transactions', runner: transactionsCases, has: ['transactions', 'sighash'] },
  { name: 'signed_transactions', runner: signedTransactionsCases, has: ['cases.0.unsigned_tx'] },
  { name: 'headers', runner: headersCases, has: ['genesis_file_hex'] },
  { name: 'bns-wire', runner: bnsWireCases, has: ['format', 'preorder_hash'] },
  { name: 'stacks-ops', runner: stacksOpsCases, has: ['repository', 'recognise', 'retired'] },
  { name: 'bns-chain', runner: bnsChainCases, has: ['genesis_accounts', 'blocks'] },
  {
    name: 'bench_workload',
    has: ['description', 'expected'],
    skippedBecause: 'it says what a benchmark does, and holds no cases',
  },
];

/** The kind of a file: by the stem of its name, else by what it has; null when it is of no known kind. */
export function schemaOf(stem: string, content: unknown): VectorSchema | null {
  const byName = SCHEMAS.find(({ name }) => name === stem);
  return byName ?? SCHEMAS.find(({ has }) => has.every((path) => isPresent(content, path))) ?? null;
}

function isPresent(content: unknown, path: string): boolean {
  const found = path
    .split('.')
    .reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>> | null | undefined)?.[key], content);
  return found !== undefined;
}
