import { compactSizeBytes, concatBytes, reverseBytes, uint32Bytes, uint64Bytes } from './bytes.ts';
import { hexToBytes } from './hex.ts';
import type { TransactionFields, TransactionInput, TransactionOutput } from './transaction.ts';

/**
 * The bytes of a transaction as the network sends it: with marker, flag and witnesses (BIP144) when an input has a
 * witness, and without them otherwise.
 */
export function serializeTransaction(transaction: TransactionFields): Uint8Array {
  if (transaction.inputs.every(({ witness }) => witness.length === 0)) return serializeStripped(transaction);
  return concatBytes(
    uint32Bytes(transaction.version),
    Uint8Array.of(0, 1),
    ...inputsAndOutputs(transaction),
    ...transaction.inputs.flatMap(witnessParts),
    uint32Bytes(transaction.locktime),
  );
}

/** The bytes that the txid is the hash of: never with witnesses. */
export function serializeStripped(transaction: TransactionFields): Uint8Array {
  return concatBytes(
    uint32Bytes(transaction.version),
    ...inputsAndOutputs(transaction),
    uint32Bytes(transaction.locktime),
  );
}

function inputsAndOutputs({ inputs, outputs }: TransactionFields): readonly Uint8Array[] {
  return [
    compactSizeBytes(inputs.length),
    ...inputs.flatMap(inputParts),
    compactSizeBytes(outputs.length),
    ...outputs.flatMap(outputParts),
  ];
}

function inputParts({ txid, index, script, sequence }: TransactionInput): readonly Uint8Array[] {
  return [
    reverseBytes(hexToBytes(txid)),
    uint32Bytes(index),
    compactSizeBytes(script.length),
    script,
    uint32Bytes(sequence),
  ];
}

function outputParts({ value, script }: TransactionOutput): readonly Uint8Array[] {
  return [uint64Bytes(value), compactSizeBytes(script.length), script];
}

function witnessParts({ witness }: TransactionInput): readonly Uint8Array[] {
  return [compactSizeBytes(witness.length), ...witness.flatMap((item) => [compactSizeBytes(item.length), item])];
}
