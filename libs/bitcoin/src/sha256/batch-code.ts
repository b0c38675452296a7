import {
  at,
  begin,
  COMPRESS,
  COMPRESS_PADDING,
  everyLane,
  HASH_AGAIN,
  LANES,
  LOAD_BLOCK,
  STORE_HASHES,
  sha256Functions,
  vectorAt,
} from './sha256-code.ts';
import { BLOCK_BYTES, ENTRY_BYTES, HASH_BYTES, PLACES, TAIL_BYTES, VECTOR_BYTES } from './sha256-places.ts';
import {
  assembleModule,
  type Code,
  call,
  fillZero,
  get,
  i32,
  repeat,
  set,
  v128,
  type WasmFunction,
} from './wasm-code.ts';

/** The module: double sha256 of the transactions in a table, and of pairs of hashes. */
export function assembleBatch(): Uint8Array<ArrayBuffer> {
  return assembleModule([...sha256Functions(), hashTransactions(), hashPairs()], Math.ceil(PLACES.end / 65_536));
}

/** Of `groups` times four entries of the table, which stand in the order of their blocks, the hash of each transaction. */
const hashTransactions = (): WasmFunction => {
  const [groups, entry, block] = [0, 1, 2];
  const local = (first: number) => (lane: number) => first + lane;
  const [pointer, whole, stop] = [local(3), local(7), local(11)];
  const length = 15;
  const field = (lane: number, index: number): Code => i32.load(get(entry), lane * ENTRY_BYTES + 4 * index);
  const tail = (lane: number): number => PLACES.tails + lane * TAIL_BYTES;
  const total = (lane: number): Code => i32.load(at(PLACES.totals + 4 * lane));
  /** What the txid leaves out lies between version and inputs, and between outputs and locktime: both move over it. */
  const strip = (lane: number): Code => [
    set(pointer(lane), i32.add(field(lane, 0), i32.select(i32.const(2), i32.const(0), field(lane, 1)))),
    set(stop(lane), i32.select(i32.add(field(lane, 1), i32.const(4)), field(lane, 2), field(lane, 1))),
    i32.store(get(pointer(lane)), i32.load(field(lane, 0))),
    i32.store(i32.sub(get(stop(lane)), i32.const(4)), i32.load(i32.sub(field(lane, 2), i32.const(4)))),
  ];
  const endOfTail = (lane: number): Code => i32.add(at(tail(lane)), i32.shl(i32.sub(total(lane), get(whole(lane))), 6));
  const pad = (lane: number): Code => {
    const rest = i32.and(get(length), i32.const(BLOCK_BYTES - 1));
    const source = i32.add(get(pointer(lane)), i32.shl(get(whole(lane)), 6));
    return [
      set(length, i32.sub(get(stop(lane)), get(pointer(lane)))),
      set(whole(lane), i32.shiftRight(get(length), 6)),
      i32.store(at(PLACES.totals + 4 * lane), i32.shiftRight(i32.add(get(length), i32.const(8 + BLOCK_BYTES)), 6)),
      LANES.map((part) => v128.store(vectorAt(tail(lane), part), v128.load(source, part * VECTOR_BYTES))),
      fillZero(i32.add(at(tail(lane)), rest), i32.sub(i32.const(TAIL_BYTES), rest)),
      i32.store8(i32.add(at(tail(lane)), rest), i32.const(0x80)),
      [1, 2, 3].map((byte) =>
        i32.store8(i32.sub(endOfTail(lane), i32.const(byte)), i32.shiftRight(i32.shl(get(length), 3), 8 * (byte - 1))),
      ),
    ];
  };
  const offset = i32.shl(get(block), 6);
  const blockOf = (lane: number): Code =>
    i32.select(
      i32.add(get(pointer(lane)), offset),
      i32.add(at(tail(lane)), i32.sub(offset, i32.shl(get(whole(lane)), 6))),
      i32.isBelow(get(block), get(whole(lane))),
    );
  return {
    name: 'hashTransactions',
    parameters: 1,
    locals: [[15, 'i32']],
    body: [
      set(entry, at(PLACES.table)),
      repeat(
        [
          LANES.map((lane) => [strip(lane), pad(lane)]),
          begin(),
          set(block, i32.const(0)),
          repeat(
            [
              v128.store(at(PLACES.mask), v128.isAbove(v128.load(at(PLACES.totals)), v128.splat(get(block)))),
              LANES.map(blockOf),
              call(LOAD_BLOCK),
              call(COMPRESS),
              set(block, i32.add(get(block), i32.const(1))),
            ],
            i32.isBelow(get(block), total(3)),
          ),
          call(HASH_AGAIN),
          LANES.map((lane) => field(lane, 3)),
          call(STORE_HASHES),
          set(entry, i32.add(get(entry), i32.const(4 * ENTRY_BYTES))),
          set(groups, i32.sub(get(groups), i32.const(1))),
        ],
        get(groups),
      ),
    ],
  };
};

/** Of `groups` times four pairs of hashes in the input, the hash of each pair. */
const hashPairs = (): WasmFunction => {
  const [groups, source, target] = [0, 1, 2];
  const next = (pointer: number, bytes: number): Code => set(pointer, i32.add(get(pointer), i32.const(bytes)));
  return {
    name: 'hashPairs',
    parameters: 1,
    locals: [[2, 'i32']],
    body: [
      set(source, at(PLACES.input)),
      set(target, at(PLACES.hashes)),
      everyLane(),
      repeat(
        [
          begin(),
          LANES.map((lane) => i32.add(get(source), i32.const(lane * BLOCK_BYTES))),
          call(LOAD_BLOCK),
          call(COMPRESS),
          call(COMPRESS_PADDING),
          call(HASH_AGAIN),
          LANES.map((lane) => i32.add(get(target), i32.const(lane * HASH_BYTES))),
          call(STORE_HASHES),
          next(source, 4 * BLOCK_BYTES),
          next(target, 4 * HASH_BYTES),
          set(groups, i32.sub(get(groups), i32.const(1))),
        ],
        get(groups),
      ),
    ],
  };
};
