/** Bytes ended early, or a count in them cannot be right. Its users turn it into their own typed error. */
export class BytesUnreadable extends Error {
  override readonly name = 'BytesUnreadable';
}

/** Core's MAX_SIZE: no count or length in a block or transaction may be larger. */
const countMax = 0x02000000;

/** The two halves of a number of 64 bits, low half first: the compiler knows how to read it from there. */
const halves = new Uint32Array(2);
const whole = new BigUint64Array(halves.buffer);

/** A position in bytes that moves forward. Reading past the end throws `BytesUnreadable`. */
export class ByteReader {
  readonly bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.bytes = bytes;
    this.position = position;
  }

  get remaining(): number {
    return this.bytes.length - this.position;
  }

  /** Moves on by `length` bytes and returns where they start. */
  skip(length: number): number {
    const start = this.position;
    const end = start + length;
    if (end > this.bytes.length) {
      throw new BytesUnreadable(`${length} bytes wanted at ${start}, ${this.remaining} left`);
    }
    this.position = end;
    return start;
  }

  /** A view, not a copy. */
  take(length: number): Uint8Array {
    const start = this.skip(length);
    return this.bytes.subarray(start, this.position);
  }

  byte(): number {
    return this.bytes[this.skip(1)] as number;
  }

  uint32(): number {
    return uint32At(this.bytes, this.skip(4));
  }

  uint64(): bigint {
    const start = this.skip(8);
    halves[0] = uint32At(this.bytes, start);
    halves[1] = uint32At(this.bytes, start + 4);
    return whole[0] as bigint;
  }

  /** A count or length. As in Core, it must be in its shortest form and at most 2^25. */
  compactSize(): number {
    const first = this.byte();
    if (first < 0xfd) return first;
    const start = this.position;
    const value =
      first === 0xfd ? this.byte() | (this.byte() << 8) : first === 0xfe ? this.uint32() : Number(this.uint64());
    const smallest = first === 0xfd ? 0xfd : first === 0xfe ? 0x10000 : 0x100000000;
    if (value < smallest) throw new BytesUnreadable(`count ${value} at ${start} is not in its shortest form`);
    if (value > countMax) throw new BytesUnreadable(`count ${value} at ${start} is above ${countMax}`);
    return value;
  }
}

export function uint32At(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset] as number) |
      ((bytes[offset + 1] as number) << 8) |
      ((bytes[offset + 2] as number) << 16) |
      ((bytes[offset + 3] as number) << 24)) >>>
    0
  );
}
