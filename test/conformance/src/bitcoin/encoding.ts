import {
  bytesToHex,
  compactSizeBytes,
  encodeDer,
  hexToBytes,
  integerBytes,
  integerText,
  lengthPrefixed,
} from '@virtualchain/bitcoin';
import type { Case } from '../case.ts';

interface EncodingVectors {
  readonly num_to_var_int: readonly { readonly value: string; readonly hex: string }[];
  readonly make_var_string: readonly { readonly input_hex: string; readonly result: string }[];
  readonly encode: readonly {
    readonly value: string;
    readonly base: number;
    readonly minlen: number;
    readonly result_hex: string;
  }[];
  readonly der_signature: readonly { readonly r: string; readonly s: string; readonly hex: string }[];
}

export function* encodingCases(vectors: EncodingVectors): Iterable<Case> {
  for (const { value, hex } of vectors.num_to_var_int) {
    yield {
      name: `num_to_var_int ${value}`,
      expected: hex,
      actual: () => bytesToHex(compactSizeBytes(BigInt(value))),
    };
  }
  for (const { input_hex, result } of vectors.make_var_string) {
    yield {
      name: `make_var_string of ${input_hex.length / 2} bytes`,
      expected: result,
      actual: () => bytesToHex(lengthPrefixed(hexToBytes(input_hex))),
    };
  }
  for (const { value, base, minlen, result_hex } of vectors.encode) {
    yield {
      name: `encode ${value} in base ${base}, at least ${minlen} long`,
      expected: result_hex,
      actual: () => bytesToHex(encoded(BigInt(value), base, minlen)),
    };
  }
  for (const { r, s, hex } of vectors.der_signature) {
    yield {
      name: `der_signature of ${r}, ${s}`,
      expected: hex,
      actual: () => bytesToHex(encodeDer({ r: BigInt(r), s: BigInt(s) })),
    };
  }
}

function encoded(value: bigint, base: number, lengthMin: number): Uint8Array {
  return base === 256 ? integerBytes(value, lengthMin) : new TextEncoder().encode(integerText(value, base, lengthMin));
}
