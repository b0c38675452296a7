import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type BlockHash,
  type BlockHeader,
  NULL_TXID,
  parseBlock,
  parseTransaction,
  type Sats,
  sats,
  serializeBlock,
  serializeStripped,
  serializeTransaction,
  type TransactionFields,
  TransactionMalformed,
  type Txid,
} from '../index.ts';

const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const script = fc.oneof(
  fc.uint8Array({ maxLength: 80 }),
  fc.uint8Array({ minLength: 253, maxLength: 300 }),
  fc.uint8Array({ maxLength: 40 }).map((rest) => Uint8Array.of(0x6a, ...rest)),
);

/** Any transaction with at least one input (one without inputs reads as segwit). */
const anyTransaction: fc.Arbitrary<TransactionFields> = fc.record({
  version: uint32,
  inputs: fc.array(
    fc.record({
      txid: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex') as Txid),
      index: uint32,
      script,
      sequence: uint32,
      witness: fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  outputs: fc.array(
    fc.record({ value: fc.bigInt({ min: 0n, max: 0xffffffffffffffffn }).map((value): Sats => sats(value)), script }),
    { maxLength: 4 },
  ),
  locktime: uint32,
});

test('every transaction survives serialise and parse, byte by byte', () =>
  fc.assert(
    fc.property(anyTransaction, (fields) => {
      const bytes = serializeTransaction(fields);
      const parsed = parseTransaction(bytes);
      expect({
        version: parsed.version,
        inputs: parsed.inputs,
        outputs: parsed.outputs,
        locktime: parsed.locktime,
      }).toEqual(fields);
      expect(serializeTransaction(parsed)).toEqual(bytes);
      expect(parsed.strippedBytes).toEqual(serializeStripped(fields));
      expect(parsed.hasOpReturn).toBe(fields.outputs.some(({ script }) => script[0] === 0x6a));
    }),
  ));

test('any bytes are a transaction or a typed error', () =>
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), anyTransaction, fc.nat(), (noise, fields, at) => {
      const damaged = serializeTransaction(fields);
      damaged.set(noise.subarray(0, damaged.length - (at % damaged.length)), at % damaged.length);
      for (const bytes of [noise, damaged]) {
        try {
          expect(serializeTransaction(parseTransaction(bytes))).toEqual(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(TransactionMalformed);
        }
      }
    }),
  ));

const anyHash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const anyHeader: fc.Arbitrary<BlockHeader> = fc.record({
  version: uint32,
  previousHash: anyHash.map((hash) => hash as BlockHash),
  merkleRoot: anyHash,
  time: uint32,
  bits: uint32,
  nonce: uint32,
});

test('every block survives serialise and parse, byte by byte', () =>
  fc.assert(
    fc.property(anyHeader, fc.array(anyTransaction, { minLength: 1, maxLength: 5 }), (header, transactions) => {
      const bytes = serializeBlock(header, transactions);
      const block = parseBlock(bytes);
      expect(block.header).toEqual(header);
      expect(serializeBlock(block.header, block.transactions)).toEqual(bytes);
    }),
  ));

test('a transaction with two hundred thousand outputs, more than there is room for on the stack', () => {
  const output = { value: 0n as Sats, script: Uint8Array.of(0x6a) };
  const input = { txid: NULL_TXID, index: 0, script: new Uint8Array(0), sequence: 0, witness: [] };
  const fields = { version: 2, inputs: [input], outputs: new Array(200_000).fill(output), locktime: 0 };
  expect(parseTransaction(serializeTransaction(fields)).outputs).toHaveLength(200_000);
});
