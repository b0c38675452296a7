import { bytesToHex, hexToBytes } from '@virtualchain/bitcoin';

/** A whole number as it stands in a payload: big-endian. Of no bytes 0. */
export function wholeAt(data: Uint8Array, from: number, bytes: number): bigint {
  return BigInt(`0x0${bytesToHex(data.subarray(from, from + bytes))}`);
}

/** The same of at most four bytes. */
export function numberAt(data: Uint8Array, from: number, bytes: number): number {
  return Number(wholeAt(data, from, bytes));
}

/** The bytes of a whole number that they have room for. */
export function wholeBytes(value: bigint | number, bytes: number): Uint8Array {
  return hexToBytes(value.toString(16).padStart(2 * bytes, '0'));
}
