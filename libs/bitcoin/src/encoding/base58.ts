const DIGITS = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Four digits are divided off at once, and written as two pairs. */
const PAIR = 58 * 58;
const FOUR = PAIR * PAIR;
const PAIRS: readonly string[] = Array.from({ length: PAIR }, (_, value) => {
  return `${DIGITS[Math.floor(value / 58)]}${DIGITS[value % 58]}`;
});
const LIMB = 0x1000000;

/** Bytes in base 58: as a number, most significant byte first, and a `1` for each zero byte in front. */
export function base58(bytes: Uint8Array): string {
  let zeros = 0;
  while (zeros < bytes.length && bytes[zeros] === 0) zeros += 1;
  const limbs = limbsOf(bytes, zeros);
  let text = '';
  for (let first = 0; first < limbs.length; ) {
    let rest = 0;
    for (let index = first; index < limbs.length; index += 1) {
      const value = rest * LIMB + (limbs[index] as number); // below 2^48
      const quotient = Math.floor(value / FOUR);
      limbs[index] = quotient;
      rest = value - quotient * FOUR;
    }
    text = `${PAIRS[Math.floor(rest / PAIR)]}${PAIRS[rest % PAIR]}${text}`;
    while (first < limbs.length && limbs[first] === 0) first += 1;
  }
  let start = 0;
  while (text[start] === '1') start += 1;
  return '1'.repeat(zeros) + text.slice(start);
}

/** The number in limbs of three bytes, most significant first. */
function limbsOf(bytes: Uint8Array, start: number): number[] {
  const limbs: number[] = [];
  for (let end = bytes.length; end > start; end -= 3) {
    const byte = (back: number): number => (end - back >= start ? (bytes[end - back] as number) : 0);
    limbs.unshift(byte(1) + 0x100 * byte(2) + 0x10000 * byte(3));
  }
  return limbs;
}
