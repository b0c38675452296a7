import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  BlockMalformed,
  blockTxids,
  findTransactions,
  NULL_HASH,
  NULL_TXID,
  nulldataPayload,
  parseBlock,
  parseTransaction,
  type Sats,
  serializeBlock,
  type TransactionFields,
  type Txid,
} from '../../index.ts';
import { layOutBlock } from './block-layout.ts';

const script = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.uint8Array({ maxLength: 6 }).map((rest) => Uint8Array.of(0x6a, ...rest)),
  fc.integer({ min: 250, max: 300 }).map((length) => new Uint8Array(length).fill(0x6a)),
);
const input = fc.record({
  txid: fc.constantFrom(NULL_TXID, 'ab'.repeat(32) as Txid),
  index: fc.constantFrom(0, 0xffffffff),
  script,
  sequence: fc.constant(1),
  witness: fc.array(script, { maxLength: 2 }),
});
const output = fc.record({ value: fc.constant(1n as Sats), script });
const transaction: fc.Arbitrary<TransactionFields> = fc.record({
  version: fc.constant(2),
  inputs: fc.array(input, { minLength: 1, maxLength: 3 }),
  outputs: fc.array(output, { maxLength: 3 }),
  locktime: fc.constant(7),
});
const anyBlock = fc.array(transaction, { minLength: 1, maxLength: 12 }).map((transactions) => {
  const header = { version: 4, previousHash: NULL_HASH, merkleRoot: NULL_HASH, time: 1, bits: 0x207fffff, nonce: 0 };
  return serializeBlock(header, transactions);
});

test('the layout holds each transaction where the careful reader finds it, with its txid and payload', () =>
  fc.assert(
    fc.property(anyBlock, (bytes) => {
      const block = parseBlock(bytes);
      const { layout, transactions } = block;
      transactions.forEach((each, index) => {
        const alone = parseTransaction(bytes.subarray(layout.starts[index], layout.starts[index + 1]));
        expect(alone.bytes).toEqual(each.bytes);
        expect(blockTxids(block)[index]).toBe(alone.txid);
        expect(block.transactionAt(index).txid).toBe(alone.txid);
      });
      const places = layout.payloads;
      const found = Array.from({ length: places.length / 3 }, (_, at) => {
        const [index, start, end] = places.subarray(3 * at, 3 * at + 3);
        return [index, Array.from(bytes.subarray(start, end))];
      });
      expect(found).toEqual(
        transactions.flatMap(({ outputs }, index) => {
          const payload = nulldataPayload(outputs);
          return payload === null ? [] : [[index, Array.from(payload)]];
        }),
      );
    }),
  ));

test('damaged-block: what has no layout is what the careful reader refuses, and the other way round', () =>
  fc.assert(
    fc.property(anyBlock, fc.nat(), fc.nat(255), fc.integer({ min: -3, max: 3 }), (bytes, where, value, longer) => {
      const damaged = new Uint8Array(Math.max(0, bytes.length + longer));
      damaged.set(bytes.subarray(0, damaged.length));
      damaged[80 + (where % (damaged.length - 80))] = value;
      // parseBlock fails with a TypeError where the two do not agree
      if (layOutBlock(damaged) === null) expect(() => parseBlock(damaged)).toThrow(BlockMalformed);
      else
        expect(parseBlock(damaged).transactions.reduce((sum, each) => sum + each.bytes.length, 0)).toBeGreaterThan(0);
    }),
    { numRuns: 2_000 },
  ));

test.each([
  ['shortest form', [0xfd, 0xfc, 0x00]],
  ['shortest form of four bytes', [0xfe, 0xff, 0xff, 0x00, 0x00]],
  ['eight bytes', [0xff, 1, 0, 0, 0, 0, 0, 0, 0]],
  ['above the limit', [0xfe, 0x01, 0x00, 0x00, 0x02]],
  ['cut short', [0xfd, 0x01]],
  ['cut short after one byte', [0xfe]],
])('a count that is not what it should be (%s) has no layout', (_what, count) => {
  const bytes = Uint8Array.of(...new Uint8Array(80), ...count);
  expect(layOutBlock(bytes)).toBeNull();
  expect(() => parseBlock(bytes)).toThrow(BlockMalformed);
});

test('huge-count: a count that the bytes cannot hold takes no memory', () => {
  const bytes = Uint8Array.of(...new Uint8Array(80), 0xfe, 0, 0, 0, 2, ...new Uint8Array(100));
  expect(layOutBlock(bytes)).toBeNull();
});

test('transactions are found by their txids, and others are not', () =>
  fc.assert(
    fc.property(anyBlock, (bytes) => {
      const block = parseBlock(bytes);
      const txids = [...new Set(blockTxids(block))];
      const found = findTransactions(block, [...txids, 'cd'.repeat(32) as Txid]);
      expect([...found.keys()].sort()).toEqual(txids.sort());
      for (const [txid, { txid: own }] of found) expect(own).toBe(txid);
      expect(findTransactions(block, [])).toEqual(new Map());
    }),
  ));
