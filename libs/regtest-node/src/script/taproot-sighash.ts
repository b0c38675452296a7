import { schnorr } from '@noble/curves/secp256k1.js';
import {
  concatBytes,
  hexToBytes,
  joinBytes,
  lengthPrefixed,
  reverseBytes,
  sha256,
  type TransactionInput,
  type TransactionOutput,
  uint32Bytes,
  uint64Bytes,
} from '@virtualchain/bitcoin';
import type { Spend } from './spend.ts';

/** What a taproot signature covers besides its transaction (BIP341, BIP342). */
export interface TaprootSigned {
  readonly annex: Uint8Array | null;
  /** Of the script that is run; null on the key path. */
  readonly leaf: { readonly hash: Uint8Array; readonly codeSeparatorAt: number } | null;
}

const NONE = 2;
const SINGLE = 3;
const ANYONE_CAN_PAY = 0x80;

export function isTaprootHashType(hashType: number): boolean {
  return hashType <= 3 || (hashType >= 0x81 && hashType <= 0x83);
}

/** The digest that a taproot input signs (BIP341); null where SINGLE has no output of the input's index. */
export function taprootSighash(
  { transaction, index, spent }: Spend,
  { annex, leaf }: TaprootSigned,
  hashType: number,
): Uint8Array | null {
  const { inputs, outputs, version, locktime } = transaction;
  const outputKind = hashType & 3;
  const isAlone = (hashType & ANYONE_CAN_PAY) !== 0;
  const signed = inputs[index] as TransactionInput;
  const single = outputs[index];
  if (outputKind === SINGLE && single === undefined) return null;
  const parts: Uint8Array[] = [Uint8Array.of(0, hashType), uint32Bytes(version), uint32Bytes(locktime)];
  if (!isAlone) {
    parts.push(
      sha256(joinBytes(inputs.map(outpointBytes))),
      sha256(joinBytes(spent.map(({ value }) => uint64Bytes(value)))),
      sha256(joinBytes(spent.map(({ script }) => lengthPrefixed(script)))),
      sha256(joinBytes(inputs.map(({ sequence }) => uint32Bytes(sequence)))),
    );
  }
  if (outputKind !== NONE && outputKind !== SINGLE) parts.push(sha256(joinBytes(outputs.map(outputBytes))));
  parts.push(Uint8Array.of((leaf === null ? 0 : 2) + (annex === null ? 0 : 1)));
  if (isAlone) {
    const own = spent[index] as TransactionOutput;
    parts.push(outpointBytes(signed), uint64Bytes(own.value), lengthPrefixed(own.script), uint32Bytes(signed.sequence));
  } else parts.push(uint32Bytes(index));
  if (annex !== null) parts.push(sha256(lengthPrefixed(annex)));
  if (outputKind === SINGLE && single !== undefined) parts.push(sha256(outputBytes(single)));
  if (leaf !== null) parts.push(leaf.hash, Uint8Array.of(0), uint32Bytes(leaf.codeSeparatorAt));
  return schnorr.utils.taggedHash('TapSighash', joinBytes(parts));
}

function outpointBytes({ txid, index }: TransactionInput): Uint8Array {
  return concatBytes(reverseBytes(hexToBytes(txid)), uint32Bytes(index));
}

function outputBytes({ value, script }: TransactionOutput): Uint8Array {
  return concatBytes(uint64Bytes(value), lengthPrefixed(script));
}
