import type { Sats, Txid } from './brand.ts';
import { ByteReader, BytesUnreadable, uint32At } from './byte-reader.ts';
import { concatBytes } from './bytes.ts';
import { doubleSha256 } from './hashing.ts';
import { reversedHex } from './hex.ts';
import { readOr, TransactionMalformed } from './malformed.ts';
import { OP_RETURN } from './opcodes.ts';

export interface TransactionInput {
  /** The funding transaction; 64 zeros in a coinbase. */
  readonly txid: Txid;
  /** The funding output. */
  readonly index: number;
  readonly script: Uint8Array;
  readonly sequence: number;
  /** Witness items; none without segwit. */
  readonly witness: readonly Uint8Array[];
}

export interface TransactionOutput {
  readonly value: Sats;
  readonly script: Uint8Array;
}

/** What a transaction says, without its bytes. */
export interface TransactionFields {
  readonly version: number;
  readonly inputs: readonly TransactionInput[];
  readonly outputs: readonly TransactionOutput[];
  readonly locktime: number;
}

/**
 * A view over the bytes of a transaction. Reading it walked over them once; fields and hashes are made when first asked
 * for and kept. Scripts are views into the same bytes.
 */
export interface Transaction extends TransactionFields {
  /** As read, with witnesses. */
  readonly bytes: Uint8Array;
  /** Without marker, flag and witnesses: what the txid is the hash of. */
  readonly strippedBytes: Uint8Array;
  readonly strippedLength: number;
  readonly isSegwit: boolean;
  readonly isCoinbase: boolean;
  /** Some output script starts with OP_RETURN: known without looking at the outputs one by one. */
  readonly hasOpReturn: boolean;
  /** Double sha256 of the stripped bytes, in the order they are hashed on. */
  readonly hash: Uint8Array;
  readonly txid: Txid;
  readonly wtxid: Txid;
}

/** What a coinbase names as its funding transaction. */
export const NULL_TXID = '0'.repeat(64) as Txid;

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
 * Reads the transaction at the position of `reader`.
 * @throws BytesUnreadable
 */
export function readTransaction(reader: ByteReader): Transaction {
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
  return new TransactionView(reader.bytes, { start, isSegwit, inputsAt, outputsAt, hasOpReturn, witnessAt, end });
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

/** Offsets into the bytes that hold the transaction, a whole block as a rule. */
interface Layout {
  readonly start: number;
  readonly isSegwit: boolean;
  readonly inputsAt: number;
  readonly outputsAt: number;
  readonly hasOpReturn: boolean;
  readonly witnessAt: number;
  readonly end: number;
}

/** A class, because thousands of these are made per block and most of their fields are never asked for. */
class TransactionView implements Transaction {
  readonly hasOpReturn: boolean;
  readonly isSegwit: boolean;
  readonly #source: Uint8Array;
  readonly #layout: Layout;
  #inputs: readonly TransactionInput[] | undefined;
  #outputs: readonly TransactionOutput[] | undefined;
  #hash: Uint8Array | undefined;
  #txid: Txid | undefined;

  constructor(source: Uint8Array, layout: Layout) {
    this.hasOpReturn = layout.hasOpReturn;
    this.isSegwit = layout.isSegwit;
    this.#source = source;
    this.#layout = layout;
  }

  get version(): number {
    return uint32At(this.#source, this.#layout.start);
  }

  get locktime(): number {
    return uint32At(this.#source, this.#layout.end - 4);
  }

  get bytes(): Uint8Array {
    return this.#source.subarray(this.#layout.start, this.#layout.end);
  }

  get strippedBytes(): Uint8Array {
    if (!this.isSegwit) return this.bytes;
    const { start, inputsAt, witnessAt, end } = this.#layout;
    return concatBytes(
      this.#source.subarray(start, start + 4),
      this.#source.subarray(inputsAt, witnessAt),
      this.#source.subarray(end - 4, end),
    );
  }

  get strippedLength(): number {
    const { start, inputsAt, witnessAt, end } = this.#layout;
    return this.isSegwit ? witnessAt - inputsAt + 8 : end - start;
  }

  get inputs(): readonly TransactionInput[] {
    this.#inputs ??= readInputs(this.#source, this.#layout);
    return this.#inputs;
  }

  get outputs(): readonly TransactionOutput[] {
    this.#outputs ??= readOutputs(this.#source, this.#layout);
    return this.#outputs;
  }

  get isCoinbase(): boolean {
    const { inputsAt } = this.#layout;
    if (this.#source[inputsAt] !== 1) return false;
    for (let offset = inputsAt + 1; offset < inputsAt + 33; offset += 1) if (this.#source[offset] !== 0) return false;
    return uint32At(this.#source, inputsAt + 33) === 0xffffffff;
  }

  get hash(): Uint8Array {
    this.#hash ??= doubleSha256(this.strippedBytes);
    return this.#hash;
  }

  get txid(): Txid {
    this.#txid ??= reversedHex(this.hash) as Txid;
    return this.#txid;
  }

  get wtxid(): Txid {
    return this.isSegwit ? (reversedHex(doubleSha256(this.bytes)) as Txid) : this.txid;
  }
}

function readInputs(source: Uint8Array, layout: Layout): readonly TransactionInput[] {
  const reader = new ByteReader(source, layout.inputsAt);
  const witnesses = layout.isSegwit ? new ByteReader(source, layout.witnessAt) : null;
  return Array.from({ length: reader.compactSize() }, () => ({
    txid: reversedHex(source, reader.skip(32), 32) as Txid,
    index: reader.uint32(),
    script: reader.take(reader.compactSize()),
    sequence: reader.uint32(),
    witness: witnesses === null ? [] : readWitness(witnesses),
  }));
}

function readWitness(reader: ByteReader): readonly Uint8Array[] {
  return Array.from({ length: reader.compactSize() }, () => reader.take(reader.compactSize()));
}

function readOutputs(source: Uint8Array, layout: Layout): readonly TransactionOutput[] {
  const reader = new ByteReader(source, layout.outputsAt);
  return Array.from({ length: reader.compactSize() }, () => ({
    value: reader.uint64() as Sats,
    script: reader.take(reader.compactSize()),
  }));
}
