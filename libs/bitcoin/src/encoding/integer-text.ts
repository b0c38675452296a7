/** The digits of each base the original knows, smallest first; base 256 is written as bytes. */
const DIGITS: ReadonlyMap<number, string> = new Map([
  [2, '01'],
  [10, '0123456789'],
  [16, '0123456789abcdef'],
  [32, 'abcdefghijklmnopqrstuvwxyz234567'],
  [58, '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'],
]);

/**
 * The original's `encode`: a whole number in base 2, 10, 16, 32 or 58, filled up on the left with the zero digit. Zero
 * has no digits of its own.
 * @throws RangeError for another base or a negative number.
 */
export function integerText(value: bigint, base: number, lengthMin = 0): string {
  const digits = DIGITS.get(base);
  if (digits === undefined) throw new RangeError(`no digits for base ${base}`);
  const text = digitsOf(value, base)
    .map((digit) => digits[digit])
    .join('');
  return text.padStart(lengthMin, digits[0]);
}

/**
 * A whole number as bytes, most significant first, filled up on the left with zeros. Zero has no bytes of its own.
 * @throws RangeError for a negative number.
 */
export function integerBytes(value: bigint, lengthMin = 0): Uint8Array {
  const digits = digitsOf(value, 256);
  return Uint8Array.from([...new Array<number>(Math.max(0, lengthMin - digits.length)).fill(0), ...digits]);
}

function digitsOf(value: bigint, base: number): readonly number[] {
  if (value < 0n) throw new RangeError(`not a number from 0 up: ${value}`);
  const digits: number[] = [];
  for (let rest = value; rest > 0n; rest /= BigInt(base)) digits.push(Number(rest % BigInt(base)));
  return digits.reverse();
}
