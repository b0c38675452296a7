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
  const payloadsEnd = layOutTransactions(bytes, first, { witnessesFrom, payloadsFrom });
  if (payloadsEnd < 0) return null;
  const found = notes.slice(0, payloadsEnd);
  return {
    count,
    starts: found.subarray(0, witnessesFrom),
    witnesses: found.subarray(witnessesFrom, payloadsFrom),
    payloads: found.subarray(payloadsFrom),
  };
}

/** Fills the notes. Returns where they end, or −1 for bytes that are no block. */
function layOutTransactions(
  bytes: Uint8Array,
  first: number,
  { witnessesFrom, payloadsFrom }: { readonly witnessesFrom: number; readonly payloadsFrom: number },
): number {
  const count = witnessesFrom - 1;
  let payloadsEnd = payloadsFrom;
  let at = first;
  for (let index = 0; index < count; index += 1) {
    notes[index] = at;
    const isSegwit = bytes[at + 4] === 0 && bytes[at + 5] !== 0;
    if (isSegwit && bytes[at + 5] !== 1) return -1;
    const inputsAt = isSegwit ? at + 6 : at + 4;
    at = afterOutputs(bytes, afterInputs(bytes, inputsAt), payloadsEnd);
    if (notes[payloadsEnd] === PAYLOAD) {
      notes[payloadsEnd] = index;
      payloadsEnd += 3;
    }
    notes[witnessesFrom + index] = isSegwit ? at : 0;
    if (isSegwit) at = afterWitnesses(bytes, at, countAt(bytes, inputsAt));
    at += 4;
    if (at > bytes.length) return -1;
  }
  notes[count] = at;
  return at === bytes.length ? payloadsEnd : -1;
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

// The three loops below read short counts, which nearly all are, without a call.

function afterInputs(bytes: Uint8Array, inputsAt: number): number {
  const end = bytes.length;
  let left = countAt(bytes, inputsAt);
  if (left === UNREADABLE) return UNREADABLE;
  let at = afterCount(bytes, inputsAt);
  for (; left > 0; left -= 1) {
    at += 36;
    if (at >= end) return UNREADABLE;
    const length = bytes[at] as number;
    if (length < 0xfd) at += length + 5;
    else at = afterCount(bytes, at) + longCountAt(bytes, at) + 4;
  }
  return at;
}

/** Stands where the index of a transaction belongs, when a payload was found in it. */
const PAYLOAD = 0xffffffff;

/** Notes the payload of the transaction, if it has one, at `noteAt`. */
function afterOutputs(bytes: Uint8Array, outputsAt: number, noteAt: number): number {
  const end = bytes.length;
  let left = countAt(bytes, outputsAt);
  if (left === UNREADABLE) return UNREADABLE;
  let at = afterCount(bytes, outputsAt);
  let dataAt = 0;
  let dataEnd = 0;
  for (; left > 0; left -= 1) {
    at += 8;
    if (at >= end) return UNREADABLE;
    const length = bytes[at] as number;
    const script = length < 0xfd ? at + 1 : afterCount(bytes, at);
    at = script + (length < 0xfd ? length : longCountAt(bytes, at));
    if (script < at && bytes[script] === OP_RETURN) {
      dataAt = script;
      dataEnd = at;
    }
  }
  notes[noteAt] = 0;
  if (dataAt > 0 && at <= end) notePayload(bytes, dataAt, dataEnd, noteAt);
  return at;
}

function notePayload(bytes: Uint8Array, scriptAt: number, end: number, noteAt: number): void {
  const start = onlyPushAt(bytes, scriptAt, end);
  if (start < 0) return;
  notes[noteAt] = PAYLOAD;
  notes[noteAt + 1] = start;
  notes[noteAt + 2] = end;
}

function afterWitnesses(bytes: Uint8Array, witnessesAt: number, inputs: number): number {
  const end = bytes.length;
  let at = witnessesAt;
  let all = 0;
  for (let input = 0; input < inputs; input += 1) {
    let items = countAt(bytes, at);
    if (items === UNREADABLE) return UNREADABLE;
    at = afterCount(bytes, at);
    all += items;
    for (; items > 0; items -= 1) {
      if (at >= end) return UNREADABLE;
      const length = bytes[at] as number;
      if (length < 0xfd) at += length + 1;
      else at = afterCount(bytes, at) + longCountAt(bytes, at);
    }
  }
  return all === 0 ? UNREADABLE : at;
}
