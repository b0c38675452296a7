const BYTE_TO_HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Two ASCII digits of each byte, ready to be written as one little-endian 16-bit word. */
const BYTE_TO_DIGITS = Uint16Array.from(BYTE_TO_HEX, (hex) => hex.charCodeAt(0) | (hex.charCodeAt(1) << 8));

/** Value of each ASCII hex digit; 255 for every other character code. */
const DIGIT_VALUE = new Uint8Array(128).fill(255);
for (let value = 0; value < 16; value += 1) {
  const digit = value.toString(16);
  DIGIT_VALUE[digit.charCodeAt(0)] = value;
  DIGIT_VALUE[digit.toUpperCase().charCodeAt(0)] = value;
}

/** So few bytes are put together digit by digit. */
const fewBytesMax = 4;
/** Of so many bytes the digits are written into one place, again and again. */
const shortBytesMax = 1_024;

const ascii = new TextDecoder();
const digits = new Uint16Array(shortBytesMax);
/** The first bytes of that place by their number: to make such a view takes longer than to fill it. */
const firstDigits: Uint8Array[] = [];

/** Lower-case hex. A script of a megabyte takes about two milliseconds. */
export function bytesToHex(bytes: Uint8Array): string {
  const { length } = bytes;
  if (length <= fewBytesMax) return fewBytesToHex(bytes);
  const written = length <= shortBytesMax ? digits : new Uint16Array(length);
  for (let index = 0; index < length; index += 1) {
    written[index] = BYTE_TO_DIGITS[bytes[index] as number] as number;
  }
  return textOf(written, length);
}

/** Hex of `length` bytes from `start`, last byte first: how hashes and txids are displayed. */
export function reversedHex(bytes: Uint8Array, start = 0, length = bytes.length - start): string {
  const written = length <= shortBytesMax ? digits : new Uint16Array(length);
  const last = start + length - 1;
  for (let index = 0; index < length; index += 1) {
    written[index] = BYTE_TO_DIGITS[bytes[last - index] as number] as number;
  }
  return textOf(written, length);
}

/** Writes the same of the bytes from `start` to `end` into ASCII, two digits at a time. */
export function writeReversedHex(
  bytes: Uint8Array,
  [start, end]: readonly [start: number, end: number],
  written: Uint16Array,
  at: number,
): void {
  let to = at;
  for (let index = end - 1; index >= start; index -= 1) {
    written[to] = BYTE_TO_DIGITS[bytes[index] as number] as number;
    to += 1;
  }
}

function fewBytesToHex(bytes: Uint8Array): string {
  let hex = '';
  for (let index = 0; index < bytes.length; index += 1) hex += BYTE_TO_HEX[bytes[index] as number];
  return hex;
}

/** One flat text: put together of pieces, it would be a tree of them, which takes ten times the memory for as long as it lives. */
function textOf(written: Uint16Array, length: number): string {
  if (written !== digits) return ascii.decode(written);
  firstDigits[length] ??= new Uint8Array(digits.buffer, 0, 2 * length);
  return ascii.decode(firstDigits[length]);
}

/**
 * Bytes of hex text in either case.
 * @throws RangeError when `hex` has an odd length or holds anything but hex digits; check foreign text with `isHexBytes`.
 */
export function hexToBytes(hex: string): Uint8Array {
  if (hex.length % 2 !== 0) throw new RangeError(`hex text has an odd length: ${hex.length}`);
  const bytes = new Uint8Array(hex.length / 2);
  for (let index = 0; index < bytes.length; index += 1) {
    const high = digitValue(hex.charCodeAt(2 * index));
    const low = digitValue(hex.charCodeAt(2 * index + 1));
    if ((high | low) > 15) throw new RangeError(`not hex at character ${2 * index}`);
    bytes[index] = (high << 4) | low;
  }
  return bytes;
}

function digitValue(characterCode: number): number {
  return characterCode < 128 ? (DIGIT_VALUE[characterCode] as number) : 255;
}

/** One digit that is none, and no repetition: long text leaves the engine nothing to go back to. */
const NO_HEX_DIGIT = /[^0-9a-f]/;
const HEX_NUMBER = /^(?:0x)?[0-9a-fA-F]+$/;

/** True for whole bytes in lower-case hex, the empty text included. */
export function isHexBytes(text: string): boolean {
  return text.length % 2 === 0 && !NO_HEX_DIGIT.test(text);
}

/**
 * The original's `is_hex`: one hex digit or more, of any case, after an optional `0x`. The original also accepted a
 * trailing newline (spec §11 row 19); this does not.
 */
export function isHex(text: string): boolean {
  return HEX_NUMBER.test(text);
}
