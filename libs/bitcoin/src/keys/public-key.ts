import { secp256k1 } from '@noble/curves/secp256k1.js';

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
  const isCompressed = bytes.length === 33 && (kind === 2 || kind === 3);
  return (isCompressed || (bytes.length === 65 && kind === 4)) && pointOf(bytes) !== null;
}
