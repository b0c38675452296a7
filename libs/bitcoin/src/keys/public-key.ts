import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToHex } from '../encoding/hex.ts';
import { jacobi } from './jacobi.ts';

export type Point = InstanceType<typeof secp256k1.Point>;

/** The point of the curve that 33 or 65 bytes stand for. Total: null for all that is none. */
export function pointOf(publicKey: Uint8Array): Point | null {
  try {
    return secp256k1.Point.fromBytes(publicKey);
  } catch {
    return null;
  }
}

/** Bytes that are a public key, compressed or not: of the right length and kind, and a point of the curve. */
export function isPublicKey(bytes: Uint8Array): boolean {
  const [kind] = bytes;
  if (bytes.length === 33 && (kind === 2 || kind === 3)) return hasPointAt(bytes.subarray(1));
  return bytes.length === 65 && kind === 4 && pointOf(bytes) !== null;
}

const FIELD = secp256k1.Point.Fp.ORDER;

/**
 * Whether the curve y² = x³ + 7 has a point at this x. That the right side is a square can be told without its root, which
 * takes four times as long to find.
 */
function hasPointAt(xBytes: Uint8Array): boolean {
  const x = BigInt(`0x${bytesToHex(xBytes)}`);
  return x < FIELD && jacobi((x * x * x + 7n) % FIELD, FIELD) === 1;
}
