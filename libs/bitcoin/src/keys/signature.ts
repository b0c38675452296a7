import { secp256k1 } from '@noble/curves/secp256k1.js';
import { base64 } from '@scure/base';

/** An ECDSA signature over secp256k1. */
export interface EcdsaSignature {
  readonly r: bigint;
  readonly s: bigint;
}

/** With the smaller of the two s that verify (BIP62, BIP146). */
export function lowS({ r, s }: EcdsaSignature): EcdsaSignature {
  const { ORDER } = secp256k1.Point.Fn;
  return { r, s: s > ORDER / 2n ? ORDER - s : s };
}

/** As it stands in a script, without the flags. @throws Error unless both numbers lie between 1 and the order. */
export function encodeDer({ r, s }: EcdsaSignature): Uint8Array {
  return new secp256k1.Signature(r, s).toBytes('der');
}

/** Strict DER (BIP66). Total: null for everything else. */
export function decodeDer(bytes: Uint8Array): EcdsaSignature | null {
  try {
    const { r, s } = secp256k1.Signature.fromBytes(bytes, 'der');
    return { r, s };
  } catch {
    return null;
  }
}

/** The original's text form: base64 of r and s, 32 bytes each, s the lower one. */
export function signatureText(signature: EcdsaSignature): string {
  const { r, s } = lowS(signature);
  return base64.encode(new secp256k1.Signature(r, s).toBytes('compact'));
}

/** Reads the text form. Total: null for everything else. */
export function parseSignatureText(text: string): EcdsaSignature | null {
  try {
    const { r, s } = secp256k1.Signature.fromBytes(base64.decode(text), 'compact');
    return { r, s };
  } catch {
    return null;
  }
}

/** Signs 32 bytes. The nonce follows from key and digest (RFC 6979), where the original's was random; s is low. */
export function signDigest(digest: Uint8Array, privateKey: Uint8Array): EcdsaSignature {
  const { r, s } = secp256k1.Signature.fromBytes(secp256k1.sign(digest, privateKey, { prehash: false }), 'compact');
  return { r, s };
}

/** Total: false for a key that is no point, and for a number out of range. A high s verifies, as in consensus. */
export function verifyDigest(signature: EcdsaSignature, digest: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    const compact = new secp256k1.Signature(signature.r, signature.s).toBytes('compact');
    return secp256k1.verify(compact, digest, publicKey, { prehash: false, lowS: false });
  } catch {
    return false;
  }
}
