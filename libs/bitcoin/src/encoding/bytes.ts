/** One array with all parts in order. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return joinBytes(parts);
}

/** The same for a list of any length: some hundred thousand arguments would not fit on the stack. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** A copy, last byte first. */
export function reverseBytes(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes).reverse();
}

/** Says whether two byte strings are the same. Not in constant time: nothing secret is compared. */
export function bytesEqual(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1) if (left[index] !== right[index]) return false;
  return true;
}

/** Says whether bytes begin with a prefix; every one begins with the empty one. */
export function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  if (bytes.length < prefix.length) return false;
  for (let index = 0; index < prefix.length; index += 1) if (bytes[index] !== prefix[index]) return false;
  return true;
}

/** @throws RangeError when `value` does not fit 32 bits. */
export function uint32Bytes(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff)
    throw new RangeError(`not an unsigned 32-bit number: ${value}`);
  return Uint8Array.of(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24);
}

/** @throws RangeError when `value` does not fit 64 bits. */
export function uint64Bytes(value: bigint): Uint8Array {
  if (value < 0n || value > 0xffffffffffffffffn) throw new RangeError(`not an unsigned 64-bit number: ${value}`);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}

/**
 * Bitcoin's variable-length count, in its one canonical form.
 * @throws RangeError when `value` is not a count of at most 64 bits; above 2^53 it comes as a bigint.
 */
export function compactSizeBytes(value: number | bigint): Uint8Array {
  if (typeof value === 'number' ? !Number.isSafeInteger(value) || value < 0 : value < 0n)
    throw new RangeError(`not a count: ${value}`);
  if (value > 0xffffffff) return concatBytes(Uint8Array.of(0xff), uint64Bytes(BigInt(value)));
  const count = Number(value);
  if (count < 0xfd) return Uint8Array.of(count);
  if (count <= 0xffff) return Uint8Array.of(0xfd, count & 255, count >>> 8);
  return concatBytes(Uint8Array.of(0xfe), uint32Bytes(count));
}

/** Bytes behind their own length, as scripts and witness items stand in a transaction. */
export function lengthPrefixed(bytes: Uint8Array): Uint8Array {
  return concatBytes(compactSizeBytes(bytes.length), bytes);
}
