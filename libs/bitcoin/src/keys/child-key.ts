import { normalizeZ } from '@noble/curves/abstract/curve.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, uint32Bytes } from '../encoding/bytes.ts';
import { type Point, pointOf } from './public-key.ts';

/**
 * The compressed public keys of the unhardened children 0 to `count` − 1 (BIP32) of a public key whose chain code is all
 * zero: how Blockstack's `keychain` made a key ring of one key. Total: none for bytes that are no point of the curve; a
 * child that does not exist (a chance of 2^-127) is left out.
 */
export function childPublicKeys(publicKey: Uint8Array, count: number): readonly Uint8Array[] {
  const parent = pointOf(publicKey);
  if (parent === null) return [];
  const compressed = parent.toBytes(true);
  const children: Point[] = [];
  for (let index = 0; index < count; index += 1) {
    const tweak = hmac(sha512, CHAIN_CODE, concatBytes(compressed, bigEndian(index))).subarray(0, 32);
    const child = tweaked(parent, tweak);
    if (child !== null) children.push(child);
  }
  return normalizeZ(secp256k1.Point, children).map((child) => child.toBytes(true));
}

const CHAIN_CODE = new Uint8Array(32);

function tweaked(parent: Point, tweak: Uint8Array): Point | null {
  const scalar = tweak.reduce((number, byte) => number * 256n + BigInt(byte), 0n);
  if (scalar === 0n || scalar >= secp256k1.Point.Fn.ORDER) return null;
  const child = secp256k1.Point.BASE.multiplyUnsafe(scalar).add(parent); // nothing here is secret
  return child.is0() ? null : child;
}

function bigEndian(index: number): Uint8Array {
  return uint32Bytes(index).toReversed();
}
