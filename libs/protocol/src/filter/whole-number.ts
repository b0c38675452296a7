/** More digits than any 256-bit number has. */
export const NUMBER_DIGITS_MAX = 80;

/** A number that can be compared by size, as JSON or decimal text has it. */
export const WHOLE_NUMBER = new RegExp(`^-?[0-9]{1,${NUMBER_DIGITS_MAX}}$`);

/** The number that a decoded value is; null for what is none. */
export function wholeNumber(value: unknown): bigint | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : null;
  return typeof value === 'string' && WHOLE_NUMBER.test(value) ? BigInt(value) : null;
}
