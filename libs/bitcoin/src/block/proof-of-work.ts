/** Core's `arith_uint256::SetCompact`, with what it reports beside the number. */
export interface CompactTarget {
  readonly target: bigint;
  readonly isNegative: boolean;
  readonly isOverflow: boolean;
}

/**
 * Reads the compact form: one byte of exponent, one of sign, 23 bits of mantissa. As in Core, the sign and an overflow of
 * 256 bits are reported beside the number, and bits shifted out of the mantissa are lost.
 */
export function decodeCompact(bits: number): CompactTarget {
  const size = bits >>> 24;
  const word = bits & 0x007fffff;
  const target = size <= 3 ? BigInt(word >>> (8 * (3 - size))) : BigInt(word) << BigInt(8 * (size - 3));
  const shown = size <= 3 ? word >>> (8 * (3 - size)) : word;
  return {
    target: BigInt.asUintN(256, target),
    isNegative: shown !== 0 && (bits & 0x00800000) !== 0,
    isOverflow: word !== 0 && (size > 34 || (word > 0xff && size > 33) || (word > 0xffff && size > 32)),
  };
}

/** Core's `arith_uint256::GetCompact` of a number that is not negative: the inverse, short of the bits that do not fit. */
export function encodeCompact(target: bigint): number {
  let size = Math.ceil(target.toString(2).length / 8) * Number(target > 0n);
  let mantissa = Number(size <= 3 ? target << BigInt(8 * (3 - size)) : target >> BigInt(8 * (size - 3)));
  if (mantissa & 0x00800000) {
    mantissa >>>= 8;
    size += 1;
  }
  return ((size << 24) | mantissa) >>> 0;
}

/**
 * The number a block's hash must not exceed, or null when `bits` names none: zero, negative, or above 256 bits.
 */
export function bitsToTarget(bits: number): bigint | null {
  const { target, isNegative, isOverflow } = decodeCompact(bits);
  return isNegative || isOverflow || target === 0n ? null : target;
}

/** Hashes expected to be tried for one block of these bits; 0 when they name no target. */
export function workFromBits(bits: number): bigint {
  const target = bitsToTarget(bits);
  return target === null ? 0n : (1n << 256n) / (target + 1n);
}

/** True when `hash` (display order) is at most the target of `bits`, and that at most `targetMax`. */
export function checkProofOfWork(hash: string, bits: number, targetMax: bigint = (1n << 256n) - 1n): boolean {
  const target = bitsToTarget(bits);
  return target !== null && target <= targetMax && BigInt(`0x${hash}`) <= target;
}
