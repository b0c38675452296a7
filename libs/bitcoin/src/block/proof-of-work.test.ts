import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bitsToTarget, checkProofOfWork, decodeCompact, encodeCompact, workFromBits } from '../index.ts';

/** From Core's own test of arith_uint256. */
test.each([
  [0x00000000, 0n, false, false],
  [0x00123456, 0n, false, false],
  [0x01003456, 0n, false, false],
  [0x01123456, 0x12n, false, false],
  [0x01fedcba, 0x7en, true, false],
  [0x02123456, 0x1234n, false, false],
  [0x03123456, 0x123456n, false, false],
  [0x04123456, 0x12345600n, false, false],
  [0x04923456, 0x12345600n, true, false],
  [0x05009234, 0x92340000n, false, false],
  [0x20123456, 0x123456n << 232n, false, false],
  [0xff123456, 0n, false, true],
])('compact %s reads as in Core', (bits, target, isNegative, isOverflow) => {
  const decoded = decodeCompact(bits);
  expect(decoded).toMatchObject({ isNegative, isOverflow });
  if (!isOverflow) expect(decoded.target).toBe(target);
});

test.each([
  [0n, 0],
  [0x12n, 0x01120000],
  [0x80n, 0x02008000],
  [0x1234n, 0x02123400],
  [0x123456n, 0x03123456],
  [0x12345600n, 0x04123456],
  [0x92340000n, 0x05009234],
  [0x1234560000000000000000000000000000000000000000000000000000000000n, 0x20123456],
])('%s is written as in Core', (target, bits) => expect(encodeCompact(target)).toBe(bits));

test('bits that name no target have no work and prove none', () => {
  for (const bits of [0, 0x01fedcba, 0x04923456, 0xff123456]) {
    expect(bitsToTarget(bits)).toBeNull();
    expect(workFromBits(bits)).toBe(0n);
    expect(checkProofOfWork('00'.repeat(32), bits)).toBe(false);
  }
});

test('work is what Core counts', () => {
  expect(workFromBits(0x1d00ffff)).toBe(0x100010001n);
  expect(workFromBits(0x207fffff)).toBe(2n);
});

test('a hash at its target passes, one above does not, and neither above the easiest target', () => {
  const target = bitsToTarget(0x1d00ffff) as bigint;
  const hex = (value: bigint) => value.toString(16).padStart(64, '0');
  expect(checkProofOfWork(hex(target), 0x1d00ffff)).toBe(true);
  expect(checkProofOfWork(hex(target + 1n), 0x1d00ffff)).toBe(false);
  expect(checkProofOfWork(hex(target), 0x1d00ffff, target - 1n)).toBe(false);
});

test('writing and reading again loses only low bits', () =>
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }), (target) => {
      const once = decodeCompact(encodeCompact(target));
      expect(once).toMatchObject({ isNegative: false, isOverflow: false });
      expect(once.target <= target).toBe(true);
      expect(encodeCompact(once.target)).toBe(encodeCompact(target));
    }),
  ));
