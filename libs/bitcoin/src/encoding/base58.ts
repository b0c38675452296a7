const DIGITS = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

const DIGIT_CODES = Uint8Array.from(DIGITS, (digit) => digit.charCodeAt(0));
const [ONE] = DIGIT_CODES as unknown as readonly [number];

/** Four digits are divided off at once. */
const FOUR = 58 ** 4;
const LIMB = 0x1000000;
/** Of 256 in digits of base 58, rounded up. */
const digitsPerByteMax = 1.37;

const ascii = new TextDecoder();

/** Bytes in base 58: as a number, most significant byte first, and a `1` for each zero byte in front. */
export function base58(bytes: Uint8Array): string {
  let zeros = 0;
  while (zeros < bytes.length && bytes[zeros] === 0) zeros += 1;
  const limbs = limbsOf(bytes, zeros);
  const digits = new Uint8Array(zeros + Math.ceil((bytes.length - zeros) * digitsPerByteMax) + 4);
  let start = digits.length;
  for (let first = 0; first < limbs.length; ) {
    let rest = 0;
    for (let index = first; index < limbs.length; index += 1) {
      const value = rest * LIMB + (limbs[index] as number); // below 2^48
      const quotient = Math.floor(value / FOUR);
      limbs[index] = quotient;
      rest = value - quotient * FOUR;
    }
    for (let digit = 0; digit < 4; digit += 1) {
      start -= 1;
      digits[start] = DIGIT_CODES[rest % 58] as number;
      rest = Math.floor(rest / 58);
    }
    while (first < limbs.length && limbs[first] === 0) first += 1;
  }
  while (digits[start] === ONE) start += 1;
  digits.fill(ONE, start - zeros, start);
  return ascii.decode(digits.subarray(start - zeros));
}

/** The number in limbs of three bytes, most significant first. */
function limbsOf(bytes: Uint8Array, start: number): number[] {
  const limbs: number[] = [];
  let limb = 0;
  for (let index = start; index < bytes.length; index += 1) {
    limb = limb * 0x100 + (bytes[index] as number);
    if ((bytes.length - index) % 3 !== 1) continue;
    limbs.push(limb);
    limb = 0;
  }
  return limbs;
}
