import { type BlockLayout, strippedBytesAt, strippedLengthAt } from '../block/layout/block-layout.ts';
import { doubleSha256 } from '../encoding/hashing.ts';
import { assembleBatch } from './batch-code.ts';
import {
  BLOCK_BYTES,
  ENTRY_BYTES,
  fillConstants,
  HASH_BYTES,
  INPUT_BYTES,
  PLACES,
  TRANSACTIONS_AT_ONCE,
} from './sha256-places.ts';

/** Where transactions are: their payloads do not matter here. */
type HashedLayout = Omit<BlockLayout, 'payloads'>;

/** Double sha256 of many short messages in a few calls. */
export interface Sha256Batch {
  /** The txids of all transactions of a block, 32 bytes each, as they are hashed on. */
  hashTransactions(bytes: Uint8Array, layout: HashedLayout, hashes: Uint8Array): void;
  /** Of each two hashes in a row the parent; the last of an odd row is joined with itself. Rows lie in one array. */
  hashPairs(nodes: Uint8Array, row: { readonly at: number; readonly width: number }, parentsAt: number): void;
}

/** Stripped transactions of more bytes are hashed one by one: the platform is quicker at those. */
const SHORT_BYTES_MAX = 2_048;
const BLOCKS_MAX = blocksOf(SHORT_BYTES_MAX);
const PAIRS_AT_ONCE = TRANSACTIONS_AT_ONCE;

/** What a message of so many bytes takes with its end: a byte and its length. */
function blocksOf(messageBytes: number): number {
  return (messageBytes + 8 + BLOCK_BYTES) >> 6;
}

let made: Sha256Batch | null | undefined;

/** One for the process, made when it is first asked for; null where the host has no WebAssembly with SIMD, or forbids it. */
export function sha256Batch(): Sha256Batch | null {
  made ??= typeof WebAssembly === 'object' ? makeBatch() : null;
  return made;
}

/** As much of it as is used here: the language's own types do not have it. */
declare const WebAssembly: {
  validate(code: Uint8Array): boolean;
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  hashTransactions(groups: number): void;
  hashPairs(groups: number): void;
}

/** Null where the host forbids it, as the content security policy of a web page does that says nothing of WebAssembly. */
function instantiated(code: Uint8Array): Exports | null {
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(code)).exports as Exports;
  } catch {
    return null;
  }
}

function makeBatch(): Sha256Batch | null {
  const code = assembleBatch();
  if (!WebAssembly.validate(code)) return null;
  const module = instantiated(code);
  if (module === null) return null;
  const { buffer } = module.memory;
  fillConstants(buffer);
  const memory = new Uint8Array(buffer);
  const table = new Uint32Array(buffer, PLACES.table, (TRANSACTIONS_AT_ONCE + 4) * (ENTRY_BYTES / 4));
  return {
    hashTransactions(bytes, layout, hashes) {
      for (let first = 0; first < layout.count; ) {
        const next = runFrom(layout, first);
        const groups = fillTable(table, layout, first, next);
        if (groups > 0) {
          memory.set(bytes.subarray(layout.starts[first], layout.starts[next]), PLACES.input);
          module.hashTransactions(groups);
          hashes.set(memory.subarray(PLACES.hashes, PLACES.hashes + (next - first) * HASH_BYTES), first * HASH_BYTES);
        }
        hashLong(bytes, layout, [first, next], hashes);
        first = next;
      }
    },
    hashPairs(nodes, { at, width }, parentsAt) {
      const pairs = (width + 1) >> 1;
      for (let first = 0; first < pairs; first += PAIRS_AT_ONCE) {
        const count = Math.min(PAIRS_AT_ONCE, pairs - first);
        const start = at + first * BLOCK_BYTES;
        const end = Math.min(at + width * HASH_BYTES, start + count * BLOCK_BYTES);
        memory.set(nodes.subarray(start, end), PLACES.input);
        // where the last one has no neighbour
        memory.set(nodes.subarray(end - HASH_BYTES, end), PLACES.input + count * BLOCK_BYTES - HASH_BYTES);
        module.hashPairs((count + 3) >> 2);
        const hashes = memory.subarray(PLACES.hashes, PLACES.hashes + count * HASH_BYTES);
        nodes.set(hashes, parentsAt + first * HASH_BYTES);
      }
    },
  };
}

/** The end of the run of transactions that fit into one call; one that does not fit is a run of its own. */
function runFrom({ count, starts }: HashedLayout, first: number): number {
  const last = Math.min(count, first + TRANSACTIONS_AT_ONCE);
  const bytesMax = (starts[first] as number) + INPUT_BYTES;
  let next = first + 1;
  while (next < last && (starts[next + 1] as number) <= bytesMax) next += 1;
  return next;
}

const perBlocks = new Uint16Array(BLOCKS_MAX + 2);

/**
 * Puts the short transactions of a run into the table, by their length, so that the four of a group are done at about the
 * same time; the first group is filled up with empty messages. Returns how many groups there are.
 */
function fillTable(table: Uint32Array, layout: HashedLayout, first: number, next: number): number {
  const { starts, witnesses } = layout;
  perBlocks.fill(0);
  let count = 0;
  for (let index = first; index < next; index += 1) {
    const blocks = blocksOf(strippedLengthAt(layout, index));
    if (blocks > BLOCKS_MAX) continue;
    (perBlocks[blocks + 1] as number) += 1;
    count += 1;
  }
  if (count === 0 || (starts[next] as number) - (starts[first] as number) > INPUT_BYTES) return 0;
  const empty = -count & 3;
  for (let slot = 0; slot < empty; slot += 1) {
    table.set([PLACES.input, 0, PLACES.input, PLACES.hashes + TRANSACTIONS_AT_ONCE * HASH_BYTES], slot * 4);
  }
  perBlocks[0] = empty;
  for (let blocks = 1; blocks < perBlocks.length; blocks += 1)
    (perBlocks[blocks] as number) += perBlocks[blocks - 1] as number;
  const moved = PLACES.input - (starts[first] as number);
  for (let index = first; index < next; index += 1) {
    const blocks = blocksOf(strippedLengthAt(layout, index));
    if (blocks > BLOCKS_MAX) continue;
    const slot = 4 * (perBlocks[blocks] as number);
    (perBlocks[blocks] as number) += 1;
    table[slot] = (starts[index] as number) + moved;
    table[slot + 1] = witnesses[index] === 0 ? 0 : (witnesses[index] as number) + moved;
    table[slot + 2] = (starts[index + 1] as number) + moved;
    table[slot + 3] = PLACES.hashes + (index - first) * HASH_BYTES;
  }
  return (count + empty) >> 2;
}

function hashLong(
  bytes: Uint8Array,
  layout: HashedLayout,
  [first, next]: readonly [number, number],
  hashes: Uint8Array,
): void {
  const isAlone = (layout.starts[next] as number) - (layout.starts[first] as number) > INPUT_BYTES;
  for (let index = first; index < next; index += 1) {
    if (!isAlone && blocksOf(strippedLengthAt(layout, index)) <= BLOCKS_MAX) continue;
    hashes.set(doubleSha256(strippedBytesAt(bytes, layout, index)), index * HASH_BYTES);
  }
}
