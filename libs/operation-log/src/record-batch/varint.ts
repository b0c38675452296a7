/** Zigzag varints of 32 bits: small numbers of either sign take few bytes. */

/** How many bytes the number takes. */
export function varintBytes(value: number): number {
  let rest = zigzag(value);
  let bytes = 1;
  while (rest > 0x7f) {
    rest >>>= 7;
    bytes += 1;
  }
  return bytes;
}

/** Writes the number at `at`, and says where it ends. */
export function writeVarint(bytes: Uint8Array, value: number, at: number): number {
  let rest = zigzag(value);
  let end = at;
  while (rest > 0x7f) {
    bytes[end++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[end++] = rest;
  return end;
}

const zigzag = (value: number): number => ((value << 1) ^ (value >> 31)) >>> 0;

/** Reads numbers one after another. Past the end there are zeros: whoever reads looks at `at` in the end. */
export class VarintReader {
  readonly #bytes: Uint8Array;
  /** Where the next number begins. */
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  next(): number {
    let rest = 0;
    let shift = 0;
    for (;;) {
      const byte = this.#bytes[this.at++] ?? 0;
      if (shift < 32) rest |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (rest >>> 1) ^ -(rest & 1);
      shift += 7;
    }
  }
}
