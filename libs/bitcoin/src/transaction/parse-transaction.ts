import { ByteReader, BytesUnreadable } from '../encoding/byte-reader.ts';
import { readOr, TransactionMalformed } from '../encoding/malformed.ts';
import { OP_RETURN } from '../script/opcodes.ts';
import type { Transaction } from './transaction.ts';
import { transactionView } from './transaction-view.ts';

/**
 * Reads one transaction, with or without witnesses, by the rules of Core: shortest counts, the flag 01 only, and no
 * witness section in which every witness is empty. Total: anything else is a typed error.
 * @throws TransactionMalformed
 */
export function parseTransaction(bytes: Uint8Array): Transaction {
  return readOr(TransactionMalformed, () => {
    const reader = new ByteReader(bytes);
    const transaction = readTransaction(reader);
    if (reader.remaining > 0) throw new BytesUnreadable(`${reader.remaining} bytes after the transaction`);
    return transaction;
  });
}

/**
 * Reads the transaction at the position of `reader`; its hash, where the caller has it, is not made again.
 * @throws BytesUnreadable
 */
export function readTransaction(reader: ByteReader, hash?: Uint8Array): Transaction {
  const start = reader.skip(4);
  const isSegwit = skipSegwitMarker(reader);
  const inputsAt = reader.position;
  const inputCount = skipInputs(reader);
  const outputsAt = reader.position;
  const hasOpReturn = skipOutputs(reader);
  const witnessAt = reader.position;
  if (isSegwit) skipWitnesses(reader, inputCount);
  reader.skip(4);
  const end = reader.position;
  return transactionView(reader.bytes, { start, isSegwit, inputsAt, outputsAt, hasOpReturn, witnessAt, end }, hash);
}

function skipSegwitMarker(reader: ByteReader): boolean {
  const { bytes, position } = reader;
  if (bytes[position] !== 0 || bytes[position + 1] === 0) return false;
  reader.skip(1);
  const flag = reader.byte();
  if (flag !== 1) throw new BytesUnreadable(`unknown transaction flag ${flag} at ${position + 1}`);
  return true;
}

function skipInputs(reader: ByteReader): number {
  const count = reader.compactSize();
  for (let index = 0; index < count; index += 1) {
    reader.skip(36);
    reader.skip(reader.compactSize() + 4);
  }
  return count;
}

/** Returns whether one of the scripts starts with OP_RETURN. */
function skipOutputs(reader: ByteReader): boolean {
  let hasOpReturn = false;
  const count = reader.compactSize();
  for (let index = 0; index < count; index += 1) {
    reader.skip(8);
    const length = reader.compactSize();
    const scriptAt = reader.skip(length);
    if (length > 0 && reader.bytes[scriptAt] === OP_RETURN) hasOpReturn = true;
  }
  return hasOpReturn;
}

function skipWitnesses(reader: ByteReader, inputCount: number): void {
  let isSuperfluous = true;
  for (let index = 0; index < inputCount; index += 1) {
    const itemCount = reader.compactSize();
    if (itemCount > 0) isSuperfluous = false;
    for (let item = 0; item < itemCount; item += 1) reader.skip(reader.compactSize());
  }
  if (isSuperfluous) throw new BytesUnreadable('a witness section without a witness');
}
