import type { Sats, Txid } from '../encoding/brand.ts';
import { ByteReader, uint32At } from '../encoding/byte-reader.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { doubleSha256 } from '../encoding/hashing.ts';
import { reversedHex } from '../encoding/hex.ts';
import type { Transaction, TransactionInput, TransactionOutput } from './transaction.ts';

/** Where the parts of a transaction start: offsets into the bytes that hold the transaction, a whole block as a rule. */
export interface TransactionLayout {
  readonly start: number;
  readonly isSegwit: boolean;
  readonly inputsAt: number;
  readonly outputsAt: number;
  readonly hasOpReturn: boolean;
  readonly witnessAt: number;
  readonly end: number;
}

export function transactionView(source: Uint8Array, layout: TransactionLayout, hash?: Uint8Array): Transaction {
  return new TransactionView(source, layout, hash);
}

/** A class, because thousands of these are made per block and most of their fields are never asked for. */
class TransactionView implements Transaction {
  readonly hasOpReturn: boolean;
  readonly isSegwit: boolean;
  readonly #source: Uint8Array;
  readonly #layout: TransactionLayout;
  #inputs: readonly TransactionInput[] | undefined;
  #outputs: readonly TransactionOutput[] | undefined;
  #hash: Uint8Array | undefined;
  #txid: Txid | undefined;

  constructor(source: Uint8Array, layout: TransactionLayout, hash?: Uint8Array) {
    this.hasOpReturn = layout.hasOpReturn;
    this.isSegwit = layout.isSegwit;
    this.#source = source;
    this.#layout = layout;
    this.#hash = hash;
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

// Loops, because these are called for every transaction that is looked at, and `Array.from` takes several times as long.

function readInputs(source: Uint8Array, layout: TransactionLayout): readonly TransactionInput[] {
  const reader = new ByteReader(source, layout.inputsAt);
  const witnesses = layout.isSegwit ? new ByteReader(source, layout.witnessAt) : null;
  const inputs: TransactionInput[] = [];
  for (let left = reader.compactSize(); left > 0; left -= 1) {
    inputs.push({
      txid: reversedHex(source, reader.skip(32), 32) as Txid,
      index: reader.uint32(),
      script: reader.take(reader.compactSize()),
      sequence: reader.uint32(),
      witness: witnesses === null ? [] : readWitness(witnesses),
    });
  }
  return inputs;
}

function readWitness(reader: ByteReader): readonly Uint8Array[] {
  const items: Uint8Array[] = [];
  for (let left = reader.compactSize(); left > 0; left -= 1) items.push(reader.take(reader.compactSize()));
  return items;
}

function readOutputs(source: Uint8Array, layout: TransactionLayout): readonly TransactionOutput[] {
  const reader = new ByteReader(source, layout.outputsAt);
  const outputs: TransactionOutput[] = [];
  for (let left = reader.compactSize(); left > 0; left -= 1) {
    outputs.push({ value: reader.uint64() as Sats, script: reader.take(reader.compactSize()) });
  }
  return outputs;
}
