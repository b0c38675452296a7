import { NUMBER_BYTES_MAX } from '../limits.ts';
import { must } from './script-failed.ts';

/**
 * Reads a number of a script: little-endian, the sign in the highest bit.
 * @throws ScriptFailed where it is too long, or not minimal where that is asked for.
 */
export function readNumber(bytes: Uint8Array, isMinimal: boolean, bytesMax = NUMBER_BYTES_MAX): number {
  must(bytes.length <= bytesMax, 'scriptNumber');
  const last = bytes.at(-1) ?? 0;
  if (isMinimal && bytes.length > 0 && (last & 0x7f) === 0)
    must(bytes.length > 1 && ((bytes.at(-2) as number) & 0x80) !== 0, 'scriptNumber');
  let value = 0;
  for (let index = bytes.length - 1; index >= 0; index -= 1) {
    const byte = bytes[index] as number;
    value = value * 256 + (index === bytes.length - 1 ? byte & 0x7f : byte);
  }
  return (last & 0x80) === 0 ? value : -value;
}

/** The shortest form of a number. */
export function writeNumber(value: number): Uint8Array {
  if (value === 0) return new Uint8Array(0);
  const digits: number[] = [];
  for (let rest = Math.abs(value); rest > 0; rest = Math.floor(rest / 256)) digits.push(rest & 255);
  if ((digits.at(-1) as number) >= 0x80) digits.push(value < 0 ? 0x80 : 0);
  else if (value < 0) digits[digits.length - 1] = (digits.at(-1) as number) | 0x80;
  return Uint8Array.from(digits);
}

/** False for nothing, zeros, and a negative zero. */
export function isTrue(bytes: Uint8Array): boolean {
  return bytes.some((byte, index) => byte !== 0 && !(index === bytes.length - 1 && byte === 0x80));
}
