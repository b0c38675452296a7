import fc from 'fast-check';
import { type Sats, sats, type TransactionFields, type Txid } from './index.ts';

const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const script = fc.oneof(
  fc.uint8Array({ maxLength: 80 }),
  fc.uint8Array({ minLength: 253, maxLength: 300 }),
  fc.uint8Array({ maxLength: 40 }).map((rest) => Uint8Array.of(0x6a, ...rest)),
);

/** Any transaction with at least one input (one without inputs reads as segwit). */
export const anyTransaction: fc.Arbitrary<TransactionFields> = fc.record({
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
