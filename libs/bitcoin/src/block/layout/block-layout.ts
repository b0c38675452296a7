import { uint32At } from '../../encoding/byte-reader.ts';
import { joinBytes } from '../../encoding/bytes.ts';
import { onlyPushAt } from '../../script/nulldata.ts';
import { OP_RETURN } from '../../script/opcodes.ts';
import { headerLength } from '../header.ts';

/**
 * Where everything in a block is that scanning and verifying ask for: offsets into its bytes, and no object for a
 * transaction. A block of 4,000 transactions is laid out in less time than it takes to copy it.
 */
export interface BlockLayout {
  readonly count: number;
  /** Where each transaction starts, and behind them where the last one ends. */
  readonly starts: Uint32Array;
  /** Where the witnesses of each transaction start; 0 of one without. */
  readonly witnesses: Uint32Array;
  /**
   * Of each transaction with a payload, by the rule of `nulldataPayload`, three numbers: its index, and where the payload
   * starts and ends.
   */
  readonly payloads: Uint32Array;
}

/** Version, two counts and locktime: no transaction is shorter. */
const transactionBytesMin = 10;
/** Core's MAX_SIZE, as `ByteReader` has it. */
const countMax = 0x02000000;
/** No count, and further than any block reaches. */
const UNREADABLE = 0x20000000;

/** What is found in a block is written down here, and copied in one piece: arrays that grow are most of what finding costs. */
let notes = new Uint32Array(0);

/**
 * Goes over the bytes of a block once. Null when they are not exactly one block by the rules of `readTransaction`, which is
 * the one to say what is wrong: the two accept the same bytes.
 */
export function layOutBlock(bytes: Uint8Array): BlockLayout | null {
  const count = countAt(bytes, headerLength);
  const first = afterCount(bytes, headerLength);
  if (count === 0 || count * transactionBytesMin > bytes.length - first) return null;
  const witnessesFrom = count + 1;
  const payloadsFrom = witnessesFrom + count;
  if (notes.length < payloadsFrom + 3 * count) notes = new Uint32Array(payloadsFrom + 3 * count);
  const payloadsEnd = layOutTransactions(bytes, first, count);
  if (payloadsEnd < 0) return null;
  const found = notes.slice(0, payloadsEnd);
  return {
    count,
    starts: found.subarray(0, witnessesFrom),
    witnesses: found.subarray(witnessesFrom, payloadsFrom),
    payloads: found.subarray(payloadsFrom),
  };
}

/**
 * Fills the notes. Returns where they end, or −1 for bytes that are no block.
 *
 * One function, and short counts, which nearly all are, are read without a call: with calls it takes twice as long. After a
 * count that is unreadable the bytes end before the count does.
 */
function layOutTransactions(bytes: Uint8Array, first: number, count: number): number {
  const end = bytes.length;
  const written = notes;
  let payloadsEnd = 2 * count + 1;
  let at = first;
  for (let index = 0; index < count; index += 1) {
    written[index] = at;
    const isSegwit = bytes[at + 4] === 0 && bytes[at + 5] !== 0;
    if (isSegwit && bytes[at + 5] !== 1) return -1;
    at += isSegwit ? 6 : 4;
    let inputs = bytes[at] as number;
    if (inputs < 0xfd) at += 1;
    else {
      inputs = countAt(bytes, at);
      at = afterCount(bytes, at);
    }
    for (let left = inputs; left > 0; left -= 1) {
      at += 36;
      if (at >= end) return -1;
      const length = bytes[at] as number;
      at += length < 0xfd ? length + 5 : longLengthAt(bytes, at) + 4;
    }
    let outputs = bytes[at] as number;
    if (outputs < 0xfd) at += 1;
    else {
      outputs = countAt(bytes, at);
      at = afterCount(bytes, at);
    }
    let dataAt = 0;
    let dataEnd = 0;
    for (; outputs > 0; outputs -= 1) {
      at += 8;
      if (at >= end) return -1;
      const length = bytes[at] as number;
      let script = at + 1;
      if (length < 0xfd) at = script + length;
      else {
        script = afterCount(bytes, at);
        at = script + longCountAt(bytes, at);
      }
      if (bytes[script] === OP_RETURN && script < at) {
        dataAt = script;
        dataEnd = at;
      }
    }
    written[payloadsEnd] = index;
    if (dataAt > 0 && at <= end) payloadsEnd = notePayload(bytes, dataAt, dataEnd, payloadsEnd);
    written[count + 1 + index] = isSegwit ? at : 0;
    let all = isSegwit ? 0 : 1;
    for (let left = isSegwit ? inputs : 0; left > 0; left -= 1) {
      let items = bytes[at] as number;
      if (items < 0xfd) at += 1;
      else {
        items = countAt(bytes, at);
        at = afterCount(bytes, at);
      }
      all += items;
      for (; items > 0; items -= 1) {
        if (at >= end) return -1;
        const length = bytes[at] as number;
        at += length < 0xfd ? length + 1 : longLengthAt(bytes, at);
      }
    }
    if (all === 0) return -1;
    at += 4;
  }
  written[count] = at;
  return at === end ? payloadsEnd : -1;
}

/** Notes the payload of a transaction, if the script has one, in three numbers of which the index is written. */
function notePayload(bytes: Uint8Array, scriptAt: number, end: number, noteAt: number): number {
  const start = onlyPushAt(bytes, scriptAt, end);
  if (start < 0) return noteAt;
  notes[noteAt + 1] = start;
  notes[noteAt + 2] = end;
  return noteAt + 3;
}

/** How long a transaction is without marker, flag and witnesses. */
export function strippedLengthAt({ starts, witnesses }: Omit<BlockLayout, 'payloads'>, index: number): number {
  const start = starts[index] as number;
  const witnessesAt = witnesses[index] as number;
  return witnessesAt === 0 ? (starts[index + 1] as number) - start : witnessesAt - start + 2;
}

/** What the txid is the hash of. */
export function strippedBytesAt(
  bytes: Uint8Array,
  { starts, witnesses }: Omit<BlockLayout, 'payloads'>,
  index: number,
): Uint8Array {
  const [start, end] = [starts[index] as number, starts[index + 1] as number];
  const witnessesAt = witnesses[index] as number;
  if (witnessesAt === 0) return bytes.subarray(start, end);
  const parts = [
    bytes.subarray(start, start + 4),
    bytes.subarray(start + 6, witnessesAt),
    bytes.subarray(end - 4, end),
  ];
  return joinBytes(parts);
}

/** Whether the transaction spends nothing: one input, without a funding output. */
export function isCoinbaseAt(bytes: Uint8Array, { starts, witnesses }: BlockLayout, index: number): boolean {
  const inputsAt = (starts[index] as number) + (witnesses[index] === 0 ? 4 : 6);
  if (bytes[inputsAt] !== 1) return false;
  for (let at = inputsAt + 1; at < inputsAt + 33; at += 1) if (bytes[at] !== 0) return false;
  return uint32At(bytes, inputsAt + 33) === 0xffffffff;
}

/** The count at `at`, whose first byte is above 0xfc; `UNREADABLE` for what `ByteReader` would refuse. */
function longCountAt(bytes: Uint8Array, at: number): number {
  if (at + 9 > bytes.length && afterCount(bytes, at) > bytes.length) return UNREADABLE;
  const low = (bytes[at + 1] as number) + 0x100 * (bytes[at + 2] as number);
  if (bytes[at] === 0xfd) return low < 0xfd ? UNREADABLE : low;
  if (bytes[at] === 0xff) return UNREADABLE; // above 2^32, or not in its shortest form
  const value = low + 0x10000 * (bytes[at + 3] as number) + 0x1000000 * (bytes[at + 4] as number);
  return value < 0x10000 || value > countMax ? UNREADABLE : value;
}

/** How far it is over the long count at `at` and what it counts. */
function longLengthAt(bytes: Uint8Array, at: number): number {
  return afterCount(bytes, at) - at + longCountAt(bytes, at);
}

function countAt(bytes: Uint8Array, at: number): number {
  if (at >= bytes.length) return UNREADABLE;
  const first = bytes[at] as number;
  return first < 0xfd ? first : longCountAt(bytes, at);
}

/** The position behind the count at `at`, whose first byte is there. */
function afterCount(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < 0xfd) return at + 1;
  return at + (first === 0xfd ? 3 : first === 0xfe ? 5 : 9);
}
