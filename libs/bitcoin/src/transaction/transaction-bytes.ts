import {
  compactSizeBytes,
  concatBytes,
  joinBytes,
  lengthPrefixed,
  reverseBytes,
  uint32Bytes,
  uint64Bytes,
} from '../encoding/bytes.ts';
import { hexToBytes } from '../encoding/hex.ts';
import type { TransactionFields, TransactionInput, TransactionOutput } from './transaction.ts';

/**
 * The bytes of a transaction as the network sends it: with marker, flag and witnesses (BIP144) when an input has a
 * witness, and without them otherwise.
 */
export function serializeTransaction(transaction: TransactionFields): Uint8Array {
  if (transaction.inputs.every(({ witness }) => witness.length === 0)) return serializeStripped(transaction);
  return joinBytes([
    uint32Bytes(transaction.version),
    Uint8Array.of(0, 1),
    ...inputsAndOutputs(transaction),
    ...transaction.inputs.map(({ witness }) => serializeWitness(witness)),
    uint32Bytes(transaction.locktime),
  ]);
}

/** The bytes that the txid is the hash of: never with witnesses. */
export function serializeStripped(transaction: TransactionFields): Uint8Array {
  return joinBytes([
    uint32Bytes(transaction.version),
    ...inputsAndOutputs(transaction),
    uint32Bytes(transaction.locktime),
  ]);
}

function inputsAndOutputs({ inputs, outputs }: TransactionFields): readonly Uint8Array[] {
  return [
    compactSizeBytes(inputs.length),
    ...inputs.flatMap(inputParts),
    compactSizeBytes(outputs.length),
    ...outputs.flatMap(outputParts),
  ];
}

function inputParts(input: TransactionInput): readonly Uint8Array[] {
  const { script, sequence } = input;
  return [outpointBytes(input), compactSizeBytes(script.length), script, uint32Bytes(sequence)];
}

/** Which output an input spends: the txid as it is hashed on, and the index. */
export function outpointBytes({ txid, index }: Pick<TransactionInput, 'txid' | 'index'>): Uint8Array {
  return concatBytes(reverseBytes(hexToBytes(txid)), uint32Bytes(index));
}

/** An output as it stands in a transaction. */
export function outputBytes(output: TransactionOutput): Uint8Array {
  return concatBytes(...outputParts(output));
}

function outputParts({ value, script }: TransactionOutput): readonly Uint8Array[] {
  return [uint64Bytes(value), compactSizeBytes(script.length), script];
}

/** The witness of one input (BIP144): how many items, and each behind its length. */
export function serializeWitness(items: readonly Uint8Array[]): Uint8Array {
  return joinBytes([compactSizeBytes(items.length), ...items.map(lengthPrefixed)]);
}
