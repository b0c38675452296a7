import {
  bytesToHex,
  doubleSha256,
  hash160,
  hexToBytes,
  isHex,
  reverseBytes,
  reversedHex,
  sha256,
} from '@virtualchain/bitcoin';
import { consensusHashOfRoot } from '@virtualchain/machine';
import type { Case } from '../case.ts';
import { isHexExpected } from '../corrections.ts';

interface HashingVectors {
  readonly cases: readonly ({ readonly input_hex: string } & Readonly<Record<string, string>>)[];
  readonly is_hex: readonly { readonly input: string; readonly result: boolean }[];
  readonly calculate_consensus_hash: readonly { readonly merkle_root: string; readonly result: string }[];
}

export function* hashingCases({ cases, is_hex, calculate_consensus_hash }: HashingVectors): Iterable<Case> {
  for (const { input_hex, ...expected } of cases) {
    yield {
      name: `hashes of ${input_hex.slice(0, 40) || '(nothing)'}`,
      expected,
      actual: () => pick(allHashes(hexToBytes(input_hex)), Object.keys(expected)),
    };
  }
  for (const { input, result } of is_hex) {
    yield { name: `is_hex(${JSON.stringify(input)})`, ...isHexExpected(input, result), actual: () => isHex(input) };
  }
  for (const { merkle_root, result } of calculate_consensus_hash) {
    yield {
      name: `consensus hash of ${merkle_root}`,
      expected: result,
      actual: () => consensusHashOfRoot(merkle_root),
    };
  }
}

function allHashes(bytes: Uint8Array): Readonly<Record<string, string>> {
  return {
    sha256: bytesToHex(sha256(bytes)),
    double_sha256: bytesToHex(doubleSha256(bytes)),
    hash160: bytesToHex(hash160(bytes)),
    hex_hash160_of_hex: bytesToHex(hash160(bytes)),
    reverse_hash_of_hex: bytesToHex(reverseBytes(bytes)),
    bin_to_hex_reversed: reversedHex(bytes),
  };
}

function pick(values: Readonly<Record<string, string>>, names: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(names.map((name) => [name, values[name] ?? '(no such hash)']));
}
